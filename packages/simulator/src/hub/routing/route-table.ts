import { sourceMatches, sourcePrefix, unknownRouteModule } from '@companion/deployment';
import { parseRouteText, type RouteSink, type RouteSpec } from '@companion/deployment';
import { HubError } from '../contract/hub-error.ts';

/** Where a message goes, and how. */
export interface RouteTarget {
  readonly sink: RouteSink;
  /** Lower goes first; routes without a priority come after all with one. */
  readonly priority: number;
  readonly timeToLiveSecs: number;
}

/** All routes of a configuration, understood. */
export interface RouteTable {
  /** The endpoints for a message, each once, by the first of its routes in priority. */
  targets(source: string): readonly RouteTarget[];
}

// edgeHub's own default, far behind 0 to 9.
const lowestPriority = 2_000_000_000;

/** Reads all routes or none: the first bad one throws a `HubError` that names it, as edgeHub rejects the whole configuration. */
export function createRouteTable(
  routes: Readonly<Record<string, RouteSpec>>,
  timeToLiveSecs: number,
  modules: readonly string[],
): RouteTable {
  if (!isTimeToLive(timeToLiveSecs)) {
    throw new HubError('ROUTE_INVALID', `timeToLiveSecs is ${String(timeToLiveSecs)}, not a whole number of seconds`);
  }
  const entries = Object.entries(routes)
    .map(([name, spec]) => readRoute(name, spec, timeToLiveSecs, modules))
    .sort((left, right) => left.target.priority - right.target.priority);
  // Modules have few outputs, so the answers are few; they are asked for with every message.
  const known = new Map<string, readonly RouteTarget[]>();
  return {
    targets: (source) => {
      const found = known.get(source);
      if (found !== undefined) return found;
      const byEndpoint = new Map<string, RouteTarget>();
      for (const { prefix, target } of entries) {
        const endpoint = target.sink.kind === 'upstream' ? '$upstream' : `${target.sink.module}/${target.sink.input}`;
        if (sourceMatches(prefix, source) && !byEndpoint.has(endpoint)) byEndpoint.set(endpoint, target);
      }
      const targets = [...byEndpoint.values()];
      if (known.size < 10_000) known.set(source, targets);
      return targets;
    },
  };
}

function readRoute(
  name: string,
  spec: RouteSpec,
  defaultTimeToLiveSecs: number,
  modules: readonly string[],
): { readonly prefix: string; readonly target: RouteTarget } {
  const { route, priority, timeToLiveSecs } = typeof spec === 'string' ? { route: spec } : { ...spec };
  const refuse = (reason: string): HubError =>
    new HubError('ROUTE_INVALID', `route ${name} is refused: ${reason}`, { route: name, found: route });
  if (typeof route !== 'string') throw refuse('it has no text');
  if (priority !== undefined && !(Number.isInteger(priority) && priority >= 0 && priority <= 9)) {
    throw refuse(`its priority ${String(priority)} is not 0 to 9`);
  }
  if (timeToLiveSecs !== undefined && !isTimeToLive(timeToLiveSecs)) {
    throw refuse(`its timeToLiveSecs ${String(timeToLiveSecs)} is not a whole number of seconds`);
  }
  const parsed = parseRouteText(route);
  if (typeof parsed === 'string') throw refuse(parsed);
  if (parsed.condition !== undefined) {
    throw new HubError(
      'ROUTE_CONDITION_UNSUPPORTED',
      `route ${name} is refused: conditions are not supported yet (WHERE ${parsed.condition})`,
      {
        route: name,
        found: parsed.condition,
      },
    );
  }
  const unknown = unknownRouteModule(parsed, modules);
  if (unknown !== undefined) {
    throw new HubError(
      'ROUTE_MODULE_UNKNOWN',
      `route ${name} is refused: there is no module ${unknown} (there are ${modules.join(', ') || 'none'})`,
      { route: name, module: unknown },
    );
  }
  return {
    prefix: sourcePrefix(parsed.source),
    target: {
      sink: parsed.sink,
      priority: priority ?? lowestPriority,
      // 0 means "as the hub's storeAndForwardConfiguration says".
      timeToLiveSecs: timeToLiveSecs === undefined || timeToLiveSecs === 0 ? defaultTimeToLiveSecs : timeToLiveSecs,
    },
  };
}

function isTimeToLive(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}
