import type { ConfigFile } from '../editing/config-file.ts';
import type { ParserSurroundings } from './parser-surroundings.ts';
import { diagnose, type ConfigDiagnostic, type ConfigDiagnosticCode } from './config-diagnostic.ts';
import { readGroup } from './group-reader.ts';
import { sourceNumber } from './source-number.ts';

const maxSources = 1024;

/** Sources as parse_config_file judges them (deepstream_app_config_parser.c): list, groups, their names and numbers. */
export function* checkParsedSources(file: ConfigFile, around: ParserSurroundings): Generator<ConfigDiagnostic> {
  const refuse = (code: ConfigDiagnosticCode, group: string, key: string | undefined, text: string) => {
    const line = (key === undefined ? undefined : file.lineOf(group, key)) ?? file.lineOf(group) ?? 1;
    return diagnose('error', code, { file: around.path, line }, text, 'parser');
  };
  const groups = file.groups();
  const listed = groups.includes('source-list') ? listedCount(file) : undefined;
  if (listed !== undefined) yield* checkList(file, listed, refuse);
  if (groups.includes('source-attr-all')) yield* checkDirectory(file, 'source-attr-all', around);

  const owners = new Map<number, string>();
  let on = listed ?? 0;
  let streams = 0;
  let dewarpers = 0;
  for (const group of groups) {
    if (/^dewarper\d$/.test(group) && readGroup(file, group).flag('enable')) {
      dewarpers += 1;
      if (dewarpers <= on) continue;
      const text = `[${group}]: more dewarpers are on than sources in front of them (${on})`;
      yield refuse('too-many-groups', group, undefined, text);
    } else if (isBrokenDewarper(group)) {
      yield refuse('group-name', group, undefined, `[${group}] is taken for a dewarper without a number`);
    }
    if (!group.startsWith('source') || group === 'source-list' || group === 'source-attr-all') continue;
    if (on >= maxSources) {
      yield refuse('too-many-groups', group, undefined, `[${group}]: there are ${maxSources} sources already`);
      return;
    }
    const number = sourceNumber(group);
    if (number === undefined) {
      yield refuse('group-name', group, undefined, nameText(file, group));
      continue;
    }
    const reader = readGroup(file, group);
    if (listed !== undefined) {
      if (number >= listed) {
        const text = `[${group}]: [source-list] has ${listed} sources, counted from 0`;
        yield refuse('source-list-count', group, undefined, text);
      } else if (typeBesideList(file, group) === 3) {
        const text = `[${group}]: type=3 is not possible beside [source-list]`;
        yield refuse('source-type-mismatch', group, 'type', text);
      }
    }
    if (!reader.flag('enable')) continue;
    const owner = owners.get(number);
    if (owner !== undefined) {
      yield refuse('source-number-twice', group, undefined, `[${group}] and [${owner}] have the same number ${number}`);
    }
    owners.set(number, group);
    if (listed === undefined) on += 1;
    yield* checkDirectory(file, group, around);
    if (reader.integer('type') === 3) streams += extraStreams(reader.integer('num-sources'));
  }
  if (on <= maxSources && on + streams > maxSources) {
    const [group = ''] = groups.filter((name) => name.startsWith('source'));
    yield refuse('too-many-groups', group, undefined, `${on + streams} sources: the app takes ${maxSources}`);
  }
}

type Refuse = (code: ConfigDiagnosticCode, group: string, key: string | undefined, text: string) => ConfigDiagnostic;

/** How many sources a list makes: as many as it says, or as it has. */
function listedCount(file: ConfigFile): number {
  const reader = readGroup(file, 'source-list');
  const said = reader.integer('num-source-bins');
  const known = file.keys('source-list').includes('num-source-bins');
  return known ? (said ?? 0) >>> 0 : file.list('source-list', 'list').length;
}

function* checkList(file: ConfigFile, count: number, refuse: Refuse): Generator<ConfigDiagnostic> {
  const keys = file.keys('source-list');
  const lists = ['list', 'sensor-id-list', 'sensor-name-list'] as const;
  for (const key of lists) {
    if (file.list('source-list', key).length <= maxSources) continue;
    yield refuse('too-many-groups', 'source-list', key, `[source-list] ${key}: the app takes ${maxSources} sources`);
  }
  if (count > maxSources) {
    const text = `[source-list] num-source-bins=${file.get('source-list', 'num-source-bins') ?? ''}: the app takes ${maxSources} sources`;
    yield refuse('too-many-groups', 'source-list', 'num-source-bins', text);
  } else if (keys.includes('list') && keys.includes('num-source-bins')) {
    for (const key of lists) {
      const { length } = file.list('source-list', key);
      if (length === count) continue;
      const since = key === 'list' ? '' : ' (since DeepStream 7.0)';
      const text = `[source-list] num-source-bins=${count}, and ${key} has ${length} items; both must be equal${since}`;
      yield refuse('source-list-count', 'source-list', key, text);
    }
  }
  if (!file.groups().includes('source-attr-all')) {
    yield refuse('source-attr-all-missing', 'source-list', undefined, '[source-list] needs a group [source-attr-all]');
  }
  for (const uri of file.list('source-list', 'list')) {
    if (/^(?:file|rtsp):\/\//.test(uri) || /^(?:csi|usb):[ \t\n\v\f\r]*[+-]?\d+$/.test(uri)) continue;
    const text = `[source-list] list: ${uri} is none of file://…, rtsp://…, csi:N, usb:N`;
    yield refuse('invalid-uri', 'source-list', 'list', text);
  }
}

/** A listed source has the type of its URI, or that of `[source-attr-all]`; its own group may change it where it is on. */
function typeBesideList(file: ConfigFile, group: string): number | undefined {
  const reader = readGroup(file, group);
  const own = reader.flag('enable') ? reader.integer('type') : undefined;
  if (own !== undefined) return own;
  return file.keys('source-list').includes('list') ? undefined : readGroup(file, 'source-attr-all').integer('type');
}

/** As an unsigned number: below 0 is a great many. */
function extraStreams(count: number | undefined): number {
  return Math.max(1, (count ?? 1) >>> 0) - 1;
}

function nameText(file: ConfigFile, group: string): string {
  if (file.keys(group).includes('csv-file-path')) return `[${group}] csv-file-path works in a YAML config only`;
  return `[${group}]: a source's group is [source<number>]`;
}

/** See `parserOfGroup`. */
function isBrokenDewarper(group: string): boolean {
  const like = group.length <= 'dewarper'.length + 1 && 'dewarper'.startsWith(group.slice(0, -1));
  return like && !/^dewarper\d$/.test(group);
}

/** The parser asks access(2) for a directory that it can write into, from where the app was started. */
function* checkDirectory(file: ConfigFile, group: string, around: ParserSurroundings): Generator<ConfigDiagnostic> {
  const reader = readGroup(file, group);
  if (!file.keys(group).includes('smart-rec-dir-path')) return;
  const directory = reader.text('smart-rec-dir-path') ?? '';
  const at = { file: around.path, line: reader.lineOf('smart-rec-dir-path') };
  const text = `[${group}] smart-rec-dir-path=${directory}: `;
  if (directory === '') {
    yield diagnose('error', 'directory-not-writable', at, `${text}names no directory`, 'parser');
  } else if (around.writable(directory) === false) {
    const where = directory.startsWith('/') ? '' : ', seen from where DeepStream is started';
    const severity = around.onDevice ? 'error' : 'warning';
    const message = `${text}there is no such directory that can be written to${where}`;
    yield diagnose(severity, 'directory-not-writable', at, message, 'parser');
  }
}
