import { findConditionFault } from '../routes/condition.ts';
import type { DeploymentOutline } from './deployment-outline.ts';
import type { DeploymentFinding } from './finding.ts';
import { sourceModule } from '../routes/route-match.ts';
import { parseRouteText } from '../routes/route-text.ts';
import type { ParsedRoute } from '../routes/route-text.ts';

/** The module that a route takes messages from or leads to, and that is none of these; undefined where all are there. */
export function unknownRouteModule({ source, sink }: ParsedRoute, modules: readonly string[]): string | undefined {
  if (sink.kind === 'module' && !modules.includes(sink.module)) return sink.module;
  // edgeHub takes a source that no module can have, and the route is then silent for ever; here that is a mistake.
  const from = sourceModule(source);
  return from !== undefined && !modules.some(from.fits) ? from.text : undefined;
}

/** Checks every route: one that edgeHub can't read makes it refuse all of its configuration. */
export function checkRoutes({ routes, modules }: DeploymentOutline): readonly DeploymentFinding[] {
  const names = modules.map(({ name }) => name);
  return routes.flatMap(({ path, value }) => {
    const error = (code: 'ROUTE' | 'MODULE_UNKNOWN', reason: string) =>
      [{ severity: 'error', code, path, reason }] as const;
    const parsed = parseRouteText(value);
    if (typeof parsed === 'string') {
      return error('ROUTE', `${parsed}; edgeHub would refuse all routes because of this one`);
    }
    const fault = parsed.condition === undefined ? undefined : findConditionFault(parsed.condition, parsed.source);
    const unknown = unknownRouteModule(parsed, names);
    return [
      ...(fault === undefined
        ? []
        : error('ROUTE', `WHERE: ${fault}; edgeHub would refuse all routes because of this one`)),
      ...(unknown === undefined
        ? []
        : error('MODULE_UNKNOWN', `there is no module ${unknown}; $edgeAgent has ${names.join(', ') || 'none'}`)),
    ];
  });
}
