import type { ConfigFile } from '../editing/config-file.ts';
import type { Source } from './source.ts';
import { readGroup } from './group-reader.ts';
import type { GroupReader } from './group-reader.ts';
import { sourceNumber } from './source-number.ts';

/** The sources of an app config, of its list and of its groups. */
export function readSources(file: ConfigFile): readonly Source[] {
  const groups = file.groups().flatMap((group) => {
    const number = sourceNumber(group);
    return number === undefined ? [] : [readSource(file, group, number)];
  });
  if (!file.groups().includes('source-list')) return groups;
  // A group that is on changes the source of its number; the list decides how many there are.
  const own = new Map(groups.filter(({ enabled }) => enabled).map((source) => [source.number, source]));
  return listed(file).map((source) => {
    const changed = own.get(source.number);
    return changed === undefined
      ? source
      : { ...changed, uri: changed.uri ?? source.uri, type: changed.type ?? source.type };
  });
}

/** A width and a height that are both there. */
export function sizeOf(group: GroupReader, width: string, height: string): Source['size'] {
  const [across, down] = [group.integer(width) ?? 0, group.integer(height) ?? 0];
  return across > 0 && down > 0 ? { width: across, height: down } : undefined;
}

function readSource(file: ConfigFile, group: string, number: number): Source {
  const reader = readGroup(file, group);
  const type = reader.integer('type');
  return {
    group,
    line: reader.line,
    enabled: reader.flag('enable'),
    number,
    type,
    uri: reader.text('uri'),
    streams: type === 3 ? Math.max(1, reader.integer('num-sources') ?? 1) : 1,
    size: type === 1 || type === 5 ? sizeOf(reader, 'camera-width', 'camera-height') : undefined,
  };
}

function listed(file: ConfigFile): readonly Source[] {
  const reader = readGroup(file, 'source-list');
  const all = readGroup(file, 'source-attr-all');
  return file.list('source-list', 'list').map((uri, number) => {
    const type = typeOfUri(uri) ?? all.integer('type');
    return {
      group: reader.group,
      // nvmultiurisrcbin does not look at it, and YAML configs with such a list are other apps'.
      enabled: all.flag('enable') || reader.boolean('use-nvmultiurisrcbin') || file.format === 'yaml',
      line: reader.lineOf('list'),
      number,
      type,
      uri,
      streams: 1,
      size: type === 1 || type === 5 ? sizeOf(all, 'camera-width', 'camera-height') : undefined,
    };
  });
}

function typeOfUri(uri: string): number | undefined {
  if (uri.startsWith('file://')) return 2;
  if (uri.startsWith('rtsp://')) return 4;
  if (uri.startsWith('csi:')) return 5;
  return uri.startsWith('usb:') ? 1 : undefined;
}
