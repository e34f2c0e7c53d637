import { utf8Length } from './utf8-length.ts';

const ellipsisBytes = utf8Length('…');

/** The text, or its beginning with `…` where it takes more than `maxBytes` in UTF-8; no character is cut in two. */
export function clipBytes(text: string, maxBytes: number): string {
  if (utf8Length(text) <= maxBytes) return text;
  let bytes = ellipsisBytes;
  let end = 0;
  for (const character of text) {
    bytes += utf8Length(character);
    if (bytes > maxBytes) break;
    end += character.length;
  }
  return `${text.slice(0, end)}…`;
}
