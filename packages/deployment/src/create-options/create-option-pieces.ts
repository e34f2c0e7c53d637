import { createOptionsPieceLength } from './create-options.ts';

/**
 * createOptions as `settings` of a finished manifest hold them: `createOptions`, then `createOptions01` to
 * `createOptions07`, each of at most 512 UTF-16 units, as VS Code's extension and iotedgedev cut them. A surrogate pair
 * is never cut in two. More pieces than a deployment can hold come out as they are: the caller counts.
 */
export function createOptionPieces(text: string): Readonly<Record<string, string>> {
  const pieces: [string, string][] = [];
  for (let at = 0; at < text.length || pieces.length === 0;) {
    let end = Math.min(at + createOptionsPieceLength, text.length);
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
    const key = pieces.length === 0 ? 'createOptions' : `createOptions${String(pieces.length).padStart(2, '0')}`;
    pieces.push([key, text.slice(at, end)]);
    at = end;
  }
  return Object.fromEntries(pieces);
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
