import type { ParserName } from './keys-9.1.ts';

const exact: ReadonlyMap<string, ParserName> = new Map<string, ParserName>([
  ['application', 'application'],
  ['source-list', 'source-list'],
  ['source-attr-all', 'source'],
  ['streammux', 'streammux'],
  ['osd', 'osd'],
  ['segvisual', 'segvisual'],
  ['pre-process', 'preprocess'],
  ['primary-gie', 'gie'],
  ['tracker', 'tracker'],
  ['visionencoder', 'visionencoder'],
  ['text-embedder', 'text-embedder'],
  ['replay', 'replay'],
  ['tiled-display', 'tiled-display'],
  ['img-save', 'image-save'],
  ['nvds-analytics', 'dsanalytics'],
  ['ds-example', 'dsexample'],
  ['message-converter', 'msgconv'],
  ['tests', 'tests'],
]);

/** The number behind is not looked at, but for sources. */
const prefixes: readonly (readonly [prefix: string, parser: ParserName])[] = [
  ['source', 'source'],
  ['secondary-gie', 'gie'],
  ['secondary-pre-process', 'preprocess'],
  ['sink', 'sink'],
  ['message-consumer', 'msgconsumer'],
];

/** The function that reads a group, by deepstream_app_config_parser.c:451; undefined where the app skips the group. */
export function parserOfGroup(group: string): ParserName | undefined {
  const named = exact.get(group) ?? prefixes.find(([prefix]) => group.startsWith(prefix))?.[1];
  return named ?? (isDewarper(group) ? 'dewarper' : undefined);
}

/**
 * The parser compares all but the last character with "dewarper" (line 744), so `[dewarper10]` is skipped, and a short
 * group such as `[d]` is taken for one.
 */
function isDewarper(group: string): boolean {
  return group.length <= 'dewarper'.length + 1 && 'dewarper'.startsWith(group.slice(0, -1));
}

/** Groups that are read only where `enable` is a number other than zero; of all others every key is. */
export function readsOnlyEnabled(group: string): boolean {
  const parser = parserOfGroup(group);
  return parser === 'gie' || parser === 'sink' || (parser === 'source' && group !== 'source-attr-all');
}
