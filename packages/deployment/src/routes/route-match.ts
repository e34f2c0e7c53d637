import type { ParsedRoute } from './route-text.ts';

/** Where a message comes from, in the form that route sources are matched against. A module's message without an output has no `outputs` part. */
export function messageSource(module: string, output: string | undefined): string {
  return output === undefined ? `/messages/modules/${module}` : `/messages/modules/${module}/outputs/${output}`;
}

/** The source of what edgeHub tells about changed twins. */
export const twinChangeSource = '/twinChangeNotifications';

/** The part of a route's source that is compared: lower case, without stars and slashes at its end. */
export function sourcePrefix(source: string): string {
  return source.replace(/[*/]+$/u, '').toLowerCase();
}

/**
 * edgeHub's comparison: a mere prefix, whatever follows. So `/messages/modules/cam` takes the messages of `camera` too,
 * and `/*` takes everything, twin changes included.
 */
export function sourceMatches(prefix: string, source: string): boolean {
  return source.toLowerCase().startsWith(prefix);
}

/** The module that a source names, as a test for names: whole where something follows it, otherwise a prefix; undefined for a source of all modules. */
export function sourceModule(
  source: string,
): { readonly text: string; readonly fits: (module: string) => boolean } | undefined {
  const [, kind, modules, text, ...rest] = sourcePrefix(source).split('/');
  if (kind !== 'messages' || modules !== 'modules' || text === undefined || text === '') return undefined;
  const fits = (module: string): boolean => {
    const name = module.toLowerCase();
    return rest.length > 0 ? name === text : name.startsWith(text);
  };
  return { text: source.split('/')[3] ?? text, fits };
}

/** The module that a route takes messages from or leads to, and that is none of these; undefined where all are there. */
export function unknownRouteModule({ source, sink }: ParsedRoute, modules: readonly string[]): string | undefined {
  if (sink.kind === 'module' && !modules.includes(sink.module)) return sink.module;
  // edgeHub takes a source that no module can have, and the route is then silent for ever; here that is a mistake.
  const from = sourceModule(source);
  return from !== undefined && !modules.some(from.fits) ? from.text : undefined;
}
