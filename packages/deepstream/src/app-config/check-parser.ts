import type { ConfigFile } from '../editing/config-file.ts';
import { diagnose, type ConfigDiagnostic } from './config-diagnostic.ts';
import { refusalOf } from './glib-value.ts';
import { readGroup } from './group-reader.ts';
import { keyType } from './keys-9.1.ts';
import type { KeyType } from './keys-9.1.ts';
import { checkParsedGies } from './parsed-gies.ts';
import { checkParsedSources } from './parsed-sources.ts';
import type { ParserSurroundings } from './parser-surroundings.ts';
import { parserOfGroup, readsOnlyEnabled } from './parser-of-group.ts';

/** Read without a look at the error, which then is met at the next key (CP:1496, 2107). */
const uncheckedKeys = new Set(['gie plugin-type', 'replay interval']);

/** How many groups of one kind may be on; the next one ends the app, whether it is on or not. */
const limits: readonly (readonly [prefix: string, limit: number])[] = [
  ['secondary-gie', 16],
  ['secondary-pre-process', 16],
  ['sink', 1024],
  ['message-consumer', 16],
];

/**
 * Finds what DeepStream 9.1's own parser refuses in an app config that is a key file: parse_config_file and every parse_*
 * function, "CP" being src/apps/common/src/deepstream_config_file_parser.c in NVIDIA/DeepStream. Each finding is an error
 * of the stage `parser`: DeepStream prints it and exits.
 */
export function* checkParser(file: ConfigFile, around: ParserSurroundings): Generator<ConfigDiagnostic> {
  for (const group of file.groups()) {
    if (isRead(file, group)) yield* checkKeys(file, group, around);
  }
  yield* checkLimits(file, around.path);
  yield* checkParsedSources(file, around);
  yield* checkParsedGies(file, around.path);
}

/** Whether the parser goes through the keys of a group. */
export function isRead(file: ConfigFile, group: string): boolean {
  if (parserOfGroup(group) === undefined) return false;
  return !readsOnlyEnabled(group) || readGroup(file, group).flag('enable');
}

function* checkKeys(file: ConfigFile, group: string, { path }: ParserSurroundings): Generator<ConfigDiagnostic> {
  const parser = parserOfGroup(group);
  if (parser === undefined) return;
  let unchecked: ConfigDiagnostic | undefined;
  let afterConverter = false;
  for (const key of file.keys(group)) {
    if (parser === 'source' && key === 'extract-sei-type5-data') {
      // CP:773 asks the group [source] for it, which no config can have.
      const at = { file: path, line: file.lineOf(group, key) ?? 1 };
      const text = `[${group}] ${key}: DeepStream 9.1 refuses the key here; [streammux] and [source-list] take it`;
      yield diagnose('error', 'invalid-value', at, text, 'parser');
    }
    const type = keyType(parser, key);
    if (type === undefined) continue;
    const finding = checkKey(file, { path, group, key, type });
    const ofConverter = keyType('msgconv', key) !== undefined && key !== 'enable';
    if (parser === 'sink' && ofConverter) afterConverter = true;
    else if (afterConverter && finding !== undefined) {
      // parse_sink has its result from the converter's keys by then (CP:2325), and leaves without changing it.
      const text = `${finding.message}; the app reads nothing of [${group}] from here on`;
      yield diagnose('warning', finding.code, finding.at, text, 'runtime');
      return;
    }
    if (uncheckedKeys.has(`${parser} ${key}`)) {
      unchecked = finding;
      continue;
    }
    if (unchecked !== undefined) yield unchecked;
    unchecked = undefined;
    if (finding !== undefined) yield finding;
  }
  if (unchecked === undefined) return;
  yield diagnose('warning', unchecked.code, unchecked.at, `${unchecked.message}; it is read as 0`, 'runtime');
}

interface TypedKey {
  readonly path: string;
  readonly group: string;
  readonly key: string;
  readonly type: KeyType;
}

function checkKey(file: ConfigFile, { path, group, key, type }: TypedKey): ConfigDiagnostic | undefined {
  const at = { file: path, line: file.lineOf(group, key) ?? 1 };
  const value = file.get(group, key) ?? '';
  const reason = refusalOf(file, group, key, type);
  if (reason !== undefined) {
    const isNumber = type === 'integer' || type === 'uint64' || type === 'double';
    const code = isNumber ? 'invalid-number' : 'invalid-value';
    return diagnose('error', code, at, `[${group}] ${key}=${value} ${reason}`, 'parser');
  }
  if (key !== 'subscribe-topic-list' || file.list(group, key).length > 0) return undefined;
  return diagnose('error', 'invalid-value', at, `[${group}] ${key} names no topic`, 'parser');
}

function* checkLimits(file: ConfigFile, path: string): Generator<ConfigDiagnostic> {
  for (const [prefix, limit] of limits) {
    let on = 0;
    for (const group of file.groups().filter((name) => name.startsWith(prefix))) {
      if (on === limit) {
        const at = { file: path, line: file.lineOf(group) ?? 1 };
        yield diagnose(
          'error',
          'too-many-groups',
          at,
          `[${group}]: ${limit} groups of this kind are on already`,
          'parser',
        );
        break;
      }
      if (readGroup(file, group).flag('enable')) on += 1;
    }
  }
}
