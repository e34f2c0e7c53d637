import type { TextEncoding } from '../text/text-codec.ts';
import { encodeBytes } from '../text/text-codec.ts';
import { ConfigEditError } from './config-edit-error.ts';
import type { ConfigEditErrorCode } from './config-edit-error.ts';

/** A line as both formats keep it: `text` + `eol` are its characters; `eol` is "" only at the end of the file. */
interface LineText {
  readonly text: string;
  readonly eol: string;
}

/** The whole text. */
export function printLines(lines: readonly LineText[]): string {
  return lines.map((line) => line.text + line.eol).join('');
}

/** The line break of the file: the first one in it. */
export function lineBreak(lines: readonly LineText[]): string {
  return lines.find((line) => line.eol !== '')?.eol ?? '\n';
}

/** The lines with `added` at `at`. Where the line before has no break, `terminate` gives it one, and the new last line has none instead. */
export function insertLines<L extends LineText>(
  lines: readonly L[],
  at: number,
  added: readonly L[],
  terminate: (line: L, eol: string) => L,
): L[] {
  const before = lines[at - 1];
  const atEnd = before?.eol === '';
  const head = atEnd ? [...lines.slice(0, at - 1), terminate(before, lineBreak(lines))] : lines.slice(0, at);
  return [
    ...head,
    ...added.map((line, i) => (atEnd && i === added.length - 1 ? { ...line, eol: '' } : line)),
    ...lines.slice(at),
  ];
}

/** Refuses characters that the file's encoding has no byte for: they would be lost. */
export function checkEncodable(text: string, encoding: TextEncoding, code: ConfigEditErrorCode): void {
  if (encodeBytes(text, encoding) === undefined) {
    throw new ConfigEditError(code, 'the file is not UTF-8 and can take only characters up to U+00FF');
  }
}
