import { isNumberColumn, readSourceTable } from '../app-config/source-csv.ts';
import type { SourceTable } from '../app-config/source-csv.ts';

/** One source of a table. */
export interface TableSource {
  readonly type: number;
  readonly uri: string;
}

const freshHeader = ['camera-id', 'enable', 'type', 'uri', 'num-sources', 'gpu-id', 'cudadec-memtype'];

/**
 * A table with these sources, one a row. Of a table that is there the comments above the header and every column stay: a
 * row keeps its further cells, a new one takes those of the first, and the next free `camera-id`.
 */
export function writeSourceTable(text: string | undefined, sources: readonly TableSource[]): string {
  const read = text === undefined ? undefined : readSourceTable(text);
  const table =
    read === undefined || read.header.length === 0 ? { above: read?.above ?? [], header: freshHeader, rows: [] } : read;
  const missing = ['enable', 'type', 'uri'].filter((name) => !table.header.includes(name));
  const header = [...table.header, ...missing];
  const cameras = camerasOf(table, sources.length);
  const rows = sources.map((source, i) => {
    const old = table.rows[i]?.cells ?? table.rows[0]?.cells ?? [];
    return header.map((name, column) => cellOf(name, old[column], source, cameras[i] ?? i)).join(',');
  });
  const eol = text?.includes('\r\n') === true ? '\r\n' : '\n';
  return [...table.above.map((line) => line.replace(/\r$/, '')), header.join(','), ...rows, ''].join(eol);
}

function cellOf(name: string, old: string | undefined, { type, uri }: TableSource, camera: number): string {
  switch (name) {
    case 'enable':
    case 'num-sources':
      return '1';
    case 'type':
      // 2 and 3 differ only in that 3 takes `%d` in a URI for a number.
      return old?.trim() === '3' && type === 2 && !uri.includes('%') ? '3' : String(type);
    case 'uri':
      return uri;
    case 'camera-id':
      return String(camera);
    default:
      return isNumberColumn(name) && !/^\s*[+-]?\d/.test(old ?? '') ? '0' : (old ?? '');
  }
}

/** The cameras of the rows that stay, and the next free numbers for new ones. */
function camerasOf({ header, rows }: SourceTable, count: number): readonly number[] {
  const column = header.indexOf('camera-id');
  const kept = rows.slice(0, count).map(({ cells }) => Number.parseInt(cells[column] ?? '', 10) || 0);
  const used = new Set(kept);
  let next = 0;
  const cameras = [...kept];
  while (cameras.length < count) {
    while (used.has(next)) next += 1;
    used.add(next);
    cameras.push(next);
  }
  return cameras;
}
