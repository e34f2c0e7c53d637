/** One row of a source CSV file. */
export interface CsvSource {
  readonly enabled: boolean;
  readonly type: number | undefined;
  readonly uri: string | undefined;
  readonly streams: number;
  /** Counted from 1. */
  readonly line: number;
}

/**
 * Reads the file that `[source] csv-file-path` names: the first row names the keys of a `[sourceN]` group, each other row
 * is a source. There is no quoting, as deepstream-app splits at every comma.
 */
export function readSourceCsv(text: string): CsvSource[] {
  let header: string[] | undefined;
  const sources: CsvSource[] = [];
  text.split(/\r?\n/).forEach((row, i) => {
    if (row.trim() === '') return;
    const cells = row.split(',').map((cell) => cell.trim());
    if (header === undefined) {
      header = cells;
      return;
    }
    const names = header;
    const cell = (name: string) => cells[names.indexOf(name)] ?? '';
    const number = (name: string) => (/^\d+$/.test(cell(name)) ? Number(cell(name)) : undefined);
    const type = number('type');
    sources.push({
      enabled: number('enable') !== 0,
      type,
      uri: cell('uri') === '' ? undefined : cell('uri'),
      streams: type === 3 ? Math.max(1, number('num-sources') ?? 1) : 1,
      line: i + 1,
    });
  });
  return sources;
}
