// Node and browsers both have these two globals; this folder compiles without either's types, so the part in use is declared here.
declare const TextDecoder: new (
  label?: string,
  options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean },
) => {
  decode(input: Uint8Array): string;
};
declare const TextEncoder: new () => { encode(input: string): Uint8Array<ArrayBuffer> };

const lossy = new TextDecoder('utf-8');

/** How a text was read from bytes: as UTF-8, or byte by byte (U+0000 to U+00FF) where the bytes are not valid UTF-8. */
export type TextEncoding = 'utf-8' | 'latin1';

/** UTF-8 bytes as text; a leading byte order mark is left out, invalid bytes become U+FFFD. Never throws. */
export function decodeUtf8(bytes: Uint8Array): string {
  return lossy.decode(bytes);
}

/** UTF-8 bytes as text with a byte order mark kept, or undefined where the bytes are not valid UTF-8. */
export function decodeUtf8Strictly(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}

/** Any bytes as text that `encodeBytes` turns back into the same bytes. */
export function decodeBytes(bytes: Uint8Array): { readonly text: string; readonly encoding: TextEncoding } {
  const text = decodeUtf8Strictly(bytes);
  if (text !== undefined) return { text, encoding: 'utf-8' };
  const parts: string[] = [];
  // fromCharCode takes its characters as arguments, and engines limit how many.
  for (let at = 0; at < bytes.length; at += 4096) parts.push(String.fromCharCode(...bytes.subarray(at, at + 4096)));
  return { text: parts.join(''), encoding: 'latin1' };
}

/** The bytes of a text; in `latin1` a character above U+00FF can't be written and gives undefined. */
export function encodeBytes(text: string, encoding: TextEncoding): Uint8Array<ArrayBuffer> | undefined {
  if (encoding === 'utf-8') return new TextEncoder().encode(text);
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code > 0xff) return undefined;
    bytes[i] = code;
  }
  return bytes;
}
