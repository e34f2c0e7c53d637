import { readFileSync } from 'node:fs';
import type { SourcePlace } from './script-map.ts';

/** The line of a file that holds a text, so that a breakpoint stays where it was meant when lines move. Throws unless there is exactly one. */
export function sourceLine(file: string, text: string): SourcePlace {
  const lines = readFileSync(file, 'utf8').split('\n');
  const found = lines.flatMap((line, index) => (line.includes(text) ? [index + 1] : []));
  const [line] = found;
  if (line === undefined || found.length > 1) throw new Error(`${found.length} lines of ${file} hold "${text}"`);
  return { file, line };
}
