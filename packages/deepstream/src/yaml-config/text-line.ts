/** One line of a text: `text` + `eol` are its characters, `start` its offset; `eol` is "" only at the end of the text. */
export interface TextLine {
  readonly text: string;
  readonly eol: string;
  readonly start: number;
}

/** Splits a text into its lines; a text that ends with a line break has no empty line behind it. */
export function splitLines(text: string): TextLine[] {
  const lines: TextLine[] = [];
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf('\n', at);
    const next = newline < 0 ? text.length : newline + 1;
    const eol = newline < 0 ? '' : text[newline - 1] === '\r' && newline > at ? '\r\n' : '\n';
    lines.push({ text: text.slice(at, next - eol.length), eol, start: at });
    at = next;
  }
  return lines;
}

/** The index of the line that holds the character at `offset`; the last line for anything behind the end. */
export function lineAt(lines: readonly TextLine[], offset: number): number {
  let low = 0;
  let high = lines.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((lines[middle]?.start ?? 0) <= offset) low = middle;
    else high = middle - 1;
  }
  return Math.max(low, 0);
}
