/** A route as edgeHub's desired properties hold it: the bare text, or (schema 1.1) with a priority 0 (first) to 9 and its own time to live. */
export type RouteSpec =
  string | { readonly route: string; readonly priority?: number; readonly timeToLiveSecs?: number };

/** Where a route leads. */
export type RouteSink =
  { readonly kind: 'upstream' } | { readonly kind: 'module'; readonly module: string; readonly input: string };

/** A route's text, understood. */
export interface ParsedRoute {
  /** As written, for example `/messages/modules/camera/outputs/*`. */
  readonly source: string;
  /** The text between WHERE and INTO. */
  readonly condition: string | undefined;
  readonly sink: RouteSink;
}

// The sink ends the text, so a condition may hold the word INTO in a string.
const shape =
  /^(?:SELECT\s+\*\s+)?FROM\s+(?<source>\S+)\s+(?:WHERE\s+(?<condition>\S[\s\S]*?)\s+)?INTO\s+(?<sink>\$upstream|BrokeredEndpoint\s*\(\s*(?:"[^"]*"|'[^']*')\s*\))$/iu;
const modulePath = /^\/?modules\/(?<module>[^/]+)\/inputs\/(?<input>[^/]+)$/u;

/** Reads `[SELECT *] FROM source [WHERE condition] INTO sink`; gives the reason as text where it is no route. */
export function parseRouteText(text: string): ParsedRoute | string {
  const groups = shape.exec(text.trim())?.groups;
  const source = groups?.['source'];
  const sink = groups?.['sink'];
  if (source === undefined || sink === undefined) {
    return 'it is not `FROM source [WHERE condition] INTO $upstream` or `… INTO BrokeredEndpoint("/modules/m/inputs/i")`';
  }
  if (!source.startsWith('/')) return `the source ${source} does not begin with a slash`;
  const condition = groups?.['condition'];
  if (sink.toLowerCase() === '$upstream') return { source, condition, sink: { kind: 'upstream' } };
  const path = /["'](.*)["']/u.exec(sink)?.[1] ?? '';
  const endpoint = modulePath.exec(path)?.groups;
  const module = endpoint?.['module'];
  const input = endpoint?.['input'];
  if (module === undefined || input === undefined) {
    return `the endpoint ${JSON.stringify(path)} is not "/modules/{module}/inputs/{input}"`;
  }
  // The input becomes a level of an MQTT topic.
  if (/[+#]/u.test(input)) return `the input ${JSON.stringify(input)} holds a wildcard`;
  return { source, condition, sink: { kind: 'module', module, input } };
}
