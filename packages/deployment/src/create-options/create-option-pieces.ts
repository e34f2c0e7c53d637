import type { JsonObject, JsonValue } from '@companion/foundation';
import { parseJsonText } from '@companion/foundation/json-text';
import { errorAt, type DeploymentDiagnostic } from '../diagnostic/deployment-diagnostic.ts';

/** IoT Hub holds a string of at most 512 characters here, so the tools cut createOptions into at most 8 of them. */
export const pieceLength = 512;
/** How many pieces a module may have. */
export const maxPieces = 8;

/** createOptions as one value, or why their pieces make none. */
export type JoinedPieces =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly problems: readonly DeploymentDiagnostic<'CREATE_OPTIONS'>[] };

/**
 * createOptions as `settings` of a finished manifest hold them: `createOptions`, then `createOptions01` to
 * `createOptions07`, each of at most 512 UTF-16 units, as VS Code's extension and iotedgedev cut them. A surrogate pair
 * is never cut in two. More pieces than a deployment can hold come out as they are: the caller counts.
 */
export function createOptionPieces(text: string): Readonly<Record<string, string>> {
  const pieces: [string, string][] = [];
  for (let at = 0; at < text.length || pieces.length === 0;) {
    let end = Math.min(at + pieceLength, text.length);
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
    pieces.push([pieceName(pieces.length), text.slice(at, end)]);
    at = end;
  }
  return Object.fromEntries(pieces);
}

/** How many pieces `settings` hold; beyond 99 too, which no deployment takes. */
export function countPieces(settings: JsonObject): number {
  return Object.keys(settings).filter((key) => /^createOptions(?:\d\d+)?$/.test(key)).length;
}

/** createOptions out of `settings`: an object (templates only), JSON in a string, or that string in pieces. */
export function joinPieces(settings: JsonObject): JoinedPieces {
  const first = settings['createOptions'];
  const more = Object.keys(settings)
    .filter((key) => /^createOptions\d\d$/.test(key))
    .sort();
  if (first !== undefined && typeof first !== 'string') {
    return more.length === 0
      ? { ok: true, value: first }
      : refusal('createOptions', 'an object can’t be continued by further pieces');
  }
  let text = first ?? '';
  for (const [index, key] of more.entries()) {
    const expected = pieceName(index + 1);
    if (key !== expected) return refusal(key, `${expected} is missing before it`);
    if (index + 1 >= maxPieces) return refusal(key, `at most ${maxPieces} pieces are allowed`);
    const piece = settings[key];
    if (typeof piece !== 'string') return refusal(key, 'expected a string');
    text += piece;
  }
  if (text.trim() === '') return { ok: true, value: {} };
  const parsed = parseJsonText(text);
  if (parsed.ok) return parsed;
  const { line, column, reason } = parsed.error;
  return refusal('createOptions', `not JSON (at character ${column} of line ${line}: ${reason})`);
}

function refusal(key: string, message: string): JoinedPieces {
  return { ok: false, problems: [errorAt('CREATE_OPTIONS', [key], message)] };
}

function pieceName(index: number): string {
  return index === 0 ? 'createOptions' : `createOptions${String(index).padStart(2, '0')}`;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}
