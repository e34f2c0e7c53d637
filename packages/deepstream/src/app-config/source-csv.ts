/** One row of a source CSV file. */
export interface CsvSource {
  readonly enabled: boolean;
  readonly type: number | undefined;
  readonly uri: string | undefined;
  readonly streams: number;
  /** `camera-id`; without the column every source is camera 0. */
  readonly cameraId: number;
  readonly size: undefined;
  /** Counted from 1. */
  readonly line: number;
  /** Why DeepStream ends at the row; undefined where it reads it. */
  readonly fault: string | undefined;
}

/** The columns that are text; every other one that DeepStream knows is a number (deepstream_source_yaml.cpp). */
const textColumns = ['uri', 'alsa-device', 'video-format', 'smart-rec-dir-path', 'smart-rec-file-prefix'];
const numberColumns =
  /^(?:type|enable|camera-(?:width|height|fps-n|fps-d|csi-sensor-id|v4l2-dev-node|id)|udp-buffer-size|latency|num-sources|gpu-id|num-(?:decode|extra)-surfaces|drop-frame-interval|rtsp-reconnect-(?:interval-sec|attempts)|intra-decode-enable|cudadec-memtype|nvbuf-memory-type|select-rtp-protocol|source-id|smart-record|smart-rec-(?:video-cache|cache|container|start-time|default-duration|duration|interval)|copy-hw)$/;

/** Whether DeepStream reads a column as a number. */
export function isNumberColumn(name: string): boolean {
  return numberColumns.test(name);
}

/** A table of sources with its first row, which names the columns; comments and blank lines may stand above it only. */
export interface SourceTable {
  /** The lines above the header, as they stand. */
  readonly above: readonly string[];
  readonly header: readonly string[];
  readonly rows: readonly { readonly cells: readonly string[]; readonly line: number }[];
}

/** Splits a table as deepstream-app does (deepstream_app_config_parser_yaml.cpp:176): at every comma, without quoting. */
export function readSourceTable(text: string): SourceTable {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  const at = lines.findIndex((line) => !/^[ \t]*(?:#|\r?$)/.test(line));
  if (at < 0) return { above: lines, header: [], rows: [] };
  const split = (line: string) => line.replace(/\r$/, '').split(',');
  return {
    above: lines.slice(0, at),
    header: split(lines[at] ?? ''),
    rows: lines.slice(at + 1).map((line, i) => ({ cells: split(line), line: at + i + 2 })),
  };
}

/**
 * Reads the file that `[source] csv-file-path` names: the header names the keys of a `[sourceN]` group, each other row is a
 * source.
 */
export function readSourceCsv(text: string): CsvSource[] {
  const { header, rows } = readSourceTable(text);
  return rows.map(({ cells, line }) => {
    const cell = (name: string) => (cells[header.indexOf(name)] ?? '').trim();
    const number = (name: string) => numberOf(cell(name));
    const type = number('type');
    return {
      enabled: (number('enable') ?? 0) !== 0,
      type,
      uri: cell('uri') === '' ? undefined : cell('uri'),
      streams: type === 3 ? Math.max(1, number('num-sources') ?? 1) : 1,
      cameraId: number('camera-id') ?? 0,
      size: undefined,
      line,
      fault: faultOf(header, cells),
    };
  });
}

/** std::stoul and std::stoi take what begins with a number and throw otherwise, which nothing catches. */
function numberOf(cell: string): number | undefined {
  const digits = /^\s*([+-]?\d+)/.exec(cell)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function faultOf(header: readonly string[], cells: readonly string[]): string | undefined {
  for (const [i, name] of header.entries()) {
    const cell = cells[i];
    if (cell === undefined && (numberColumns.test(name) || textColumns.includes(name))) return `there is no ${name}`;
    if (cell === undefined || !numberColumns.test(name)) continue;
    const number = numberOf(cell);
    if (number === undefined) return `${name}=${cell} is not a whole number`;
    if (Math.abs(number) >= 2 ** 64) return `${name}=${cell} is too large`;
  }
  return undefined;
}
