import { StringDecoder } from 'node:string_decoder';

/** A line longer than this is cut into several: a program without line breaks must not fill the memory. Characters. */
const maxLineLength = 16_384;

/** Cuts a stream of bytes into lines of UTF-8 text, without their ends; `end` gives what is left of an unfinished one. */
export function createLineSplitter(onLine: (line: string) => void): { write(chunk: Buffer): void; end(): void } {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const emit = (line: string) => onLine(line.endsWith('\r') ? line.slice(0, -1) : line);
  function take(text: string): void {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    lines.forEach(emit);
    while (rest.length > maxLineLength) {
      emit(rest.slice(0, maxLineLength));
      rest = rest.slice(maxLineLength);
    }
  }
  return {
    write: (chunk) => take(decoder.write(chunk)),
    end() {
      take(decoder.end());
      if (rest !== '') emit(rest);
      rest = '';
    },
  };
}
