import { createReadStream } from 'node:fs';

/** A line of a file that is not blank. */
export interface FileLine {
  /** Byte for byte, without the newline. */
  readonly line: Uint8Array;
  /** From 1. */
  readonly lineNumber: number;
}

const newline = 0x0a;

/** The lines of a file that are not blank. Splits at newline bytes only: node:readline would also split at U+2028, which JSON may hold. */
export async function* fileLines(file: string): AsyncGenerator<FileLine> {
  let rest = Buffer.alloc(0);
  let lineNumber = 0;
  for await (const chunk of createReadStream(file)) {
    let text = Buffer.concat([rest, chunk as Buffer]);
    for (let end = text.indexOf(newline); end !== -1; end = text.indexOf(newline)) {
      lineNumber += 1;
      const line = text.subarray(0, end);
      text = text.subarray(end + 1);
      if (!isBlank(line)) yield { line, lineNumber };
    }
    rest = text;
  }
  if (!isBlank(rest)) yield { line: rest, lineNumber: lineNumber + 1 };
}

function isBlank(line: Uint8Array): boolean {
  return line.every((byte) => byte <= 0x20);
}
