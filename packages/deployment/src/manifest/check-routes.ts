import { errorAt, type DeploymentDiagnostic } from '../diagnostic/deployment-diagnostic.ts';
import { findConditionFault } from '../routes/condition.ts';
import { unknownRouteModule } from '../routes/route-match.ts';
import { parseRouteText } from '../routes/route-text.ts';
import type { DeploymentOutline } from './deployment-outline.ts';

/** Checks every route: one that edgeHub can't read makes it refuse all of its configuration. */
export function checkRoutes({
  routes,
  modules,
}: DeploymentOutline): readonly DeploymentDiagnostic<'ROUTE' | 'MODULE_UNKNOWN'>[] {
  const names = modules.map(({ name }) => name);
  return routes.flatMap(({ path, value }) => {
    const parsed = parseRouteText(value);
    if (typeof parsed === 'string') {
      return [errorAt('ROUTE', path, `${parsed}; edgeHub would refuse all routes because of this one`)];
    }
    const fault = parsed.condition === undefined ? undefined : findConditionFault(parsed.condition, parsed.source);
    const unknown = unknownRouteModule(parsed, names);
    return [
      ...(fault === undefined
        ? []
        : [errorAt('ROUTE', path, `WHERE: ${fault}; edgeHub would refuse all routes because of this one`)]),
      ...(unknown === undefined
        ? []
        : [
            errorAt(
              'MODULE_UNKNOWN',
              path,
              `there is no module ${unknown}; $edgeAgent has ${names.join(', ') || 'none'}`,
            ),
          ]),
    ];
  });
}
