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

/** One route, understood. */
interface Route {
  readonly prefix: string;
  readonly target: RouteTarget;
}

// edgeHub's own default, far behind 0 to 9.
const lowestPriority = 2_000_000_000;
/** Modules have few outputs; a module that makes outputs up must not fill the memory. */
const maxKnownSources = 10_000;

/** All routes of a configuration, understood. */
export class RouteTable {
  /** By priority. */
  readonly #routes: readonly Route[];
  /** Answers that were given: they are asked for with every message. */
  readonly #known = new Map<string, readonly RouteTarget[]>();

  constructor(routes: readonly Route[]) {
    this.#routes = [...routes].sort((left, right) => left.target.priority - right.target.priority);
  }

  /** The endpoints for a message, each once, by the first of its routes in priority. */
  targets(source: string): readonly RouteTarget[] {
    const found = this.#known.get(source);
    if (found !== undefined) return found;
    const byEndpoint = new Map<string, RouteTarget>();
    for (const { prefix, target } of this.#routes) {
      const endpoint = target.sink.kind === 'upstream' ? '$upstream' : `${target.sink.module}/${target.sink.input}`;
      if (sourceMatches(prefix, source) && !byEndpoint.has(endpoint)) byEndpoint.set(endpoint, target);
    }
    const targets = [...byEndpoint.values()];
    if (this.#known.size < maxKnownSources) this.#known.set(source, targets);
    return targets;
  }
}

/** Reads all routes or none: the first bad one throws a `HubError` that names it, as edgeHub rejects the whole configuration. */
export function readRoutes(
  routes: Readonly<Record<string, RouteSpec>>,
  timeToLiveSecs: number,
  modules: readonly string[],
): RouteTable {
  if (!isTimeToLive(timeToLiveSecs)) {
    throw new HubError('ROUTE_INVALID', `timeToLiveSecs is ${String(timeToLiveSecs)}, not a whole number of seconds`);
  }
  return new RouteTable(Object.entries(routes).map(([name, spec]) => readRoute(name, spec, timeToLiveSecs, modules)));
}

function readRoute(name: string, spec: RouteSpec, defaultTimeToLiveSecs: number, modules: readonly string[]): Route {
  const { route, priority, timeToLiveSecs } = typeof spec === 'string' ? { route: spec } : { ...spec };
  const refuse = (reason: string): HubError =>
    new HubError('ROUTE_INVALID', `route ${name} is refused: ${reason}`, { facts: { route: name, found: route } });
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
      { facts: { route: name, found: parsed.condition } },
    );
  }
  const unknown = unknownRouteModule(parsed, modules);
  if (unknown !== undefined) {
    throw new HubError(
      'ROUTE_MODULE_UNKNOWN',
      `route ${name} is refused: there is no module ${unknown} (there are ${modules.join(', ') || 'none'})`,
      { facts: { route: name, module: unknown } },
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
