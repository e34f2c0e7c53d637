import type { TextEncoding } from '../text/text-codec.ts';
import { decodeBytes } from '../text/text-codec.ts';
import type { LineDiagnostic } from '../editing/line-diagnostic.ts';
import type { KeyFileErrorCode } from './key-file-error-code.ts';
import { KeyFile } from './key-file.ts';
import { readLine } from './line.ts';
import type { Line } from './line.ts';

/** A key file, or the first thing in it that GLib refuses; GLib reads nothing of such a file. */
export type ParsedKeyFile =
  | { readonly ok: true; readonly file: KeyFile }
  | { readonly ok: false; readonly error: LineDiagnostic<KeyFileErrorCode> };

/**
 * Reads a key file as GLib's g_key_file_load_from_file does without flags, and keeps every byte of it. Bytes that are
 * not UTF-8 are no error, GLib takes them too: see `KeyFile.get`. Linear time; never throws.
 */
export function parseKeyFile(input: string | Uint8Array): ParsedKeyFile {
  const { text, encoding } =
    typeof input === 'string' ? { text: input, encoding: 'utf-8' as TextEncoding } : decodeBytes(input);
  const lines: Line[] = [];
  let startGroup: string | undefined;
  let group: string | undefined;
  for (let at = 0; at < text.length;) {
    const newline = text.indexOf('\n', at);
    const next = newline < 0 ? text.length : newline + 1;
    // One carriage return before the newline belongs to it; any other one, also at the end of the file, to the line.
    const eol = newline < 0 ? '' : newline > at && text[newline - 1] === '\r' ? '\r\n' : '\n';
    const place = { inGroup: group !== undefined, inStartGroup: group !== undefined && group === startGroup };
    const line = readLine(text.slice(at, next - eol.length), eol, place);
    if (line.kind === 'fault') {
      const { code, reason: message } = line;
      return { ok: false, error: { severity: 'error', code, at: { line: lines.length + 1 }, message } };
    }
    if (line.kind === 'group') {
      group = line.name;
      startGroup ??= line.name;
    }
    lines.push(line);
    at = next;
  }
  return { ok: true, file: new KeyFile(lines, encoding) };
}
