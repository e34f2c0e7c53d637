import type { KeyFileErrorCode } from './key-file-error-code.ts';
import { isForeignTranslation, isGroupName, isKeyName, isSpace } from './name.ts';

/** One line of a key file. `text` + `eol` are its bytes; `eol` is "" only in a last line without a newline. */
export type Line = OtherLine | GroupLine | KeyLine;

/** A comment or a blank line. */
export interface OtherLine {
  readonly kind: 'other';
  readonly text: string;
  readonly eol: string;
  readonly blank: boolean;
}

/** `[name]`. */
export interface GroupLine {
  readonly kind: 'group';
  readonly text: string;
  readonly eol: string;
  readonly name: string;
  readonly nameStart: number;
}

/** `key = value`. */
export interface KeyLine {
  readonly kind: 'key';
  readonly text: string;
  readonly eol: string;
  readonly key: string;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** A translation that GLib drops: part of the file, not of what is read. */
  readonly dropped: boolean;
}

/** Where a line stands decides what it may be. */
export interface LinePlace {
  readonly inGroup: boolean;
  /** In the file's first group the key `Encoding` must say UTF-8. */
  readonly inStartGroup: boolean;
}

/** What is wrong with a line. */
export interface LineFault {
  readonly kind: 'fault';
  readonly code: KeyFileErrorCode;
  readonly reason: string;
}

function fault(code: KeyFileErrorCode, reason: string): LineFault {
  return { kind: 'fault', code, reason };
}

/** Shows a piece of a file in a reason, short and without control characters. */
function show(text: string) {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

/**
 * Reads one line as gkeyfile.c does (g_key_file_parse_line, 2.74). GLib works on C strings, so what follows a NUL is
 * not seen, with two exceptions that are kept here: the last `]` of a group line, and the length of `Encoding`'s value.
 */
export function readLine(text: string, eol: string, place: LinePlace): Line | LineFault {
  const nul = text.indexOf('\0');
  const end = nul < 0 ? text.length : nul;
  let start = 0;
  while (start < end && isSpace(text.charCodeAt(start))) start += 1;
  if (start === end) return { kind: 'other', text, eol, blank: true };
  const first = text[start];
  if (first === '#') return { kind: 'other', text, eol, blank: false };
  if (first === '[' && isGroupLine(text, start, end)) return readGroup(text, eol, start);

  const equals = text.indexOf('=', start);
  if (equals <= start || equals >= end) {
    return fault('invalid-line', `${show(text)} is neither a key, nor a group, nor a comment`);
  }
  return readKey(text, eol, start, equals, end, place);
}

function isGroupLine(text: string, start: number, end: number): boolean {
  let at = text.indexOf(']', start + 1);
  if (at < 0 || at >= end) return false;
  for (at += 1; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code !== 32 && code !== 9) return false;
  }
  return true;
}

function readGroup(text: string, eol: string, start: number): GroupLine | LineFault {
  const name = text.slice(start + 1, text.lastIndexOf(']')).split('\0', 1)[0] ?? '';
  if (!isGroupName(name)) return fault('invalid-group-name', `${show(name)} can't be a group's name`);
  return { kind: 'group', text, eol, name, nameStart: start + 1 };
}

function readKey(
  text: string,
  eol: string,
  start: number,
  equals: number,
  end: number,
  place: LinePlace,
): KeyLine | LineFault {
  if (!place.inGroup) return fault('key-before-group', 'a key stands before the first group');
  let keyEnd = equals;
  while (isSpace(text.charCodeAt(keyEnd - 1))) keyEnd -= 1;
  const key = text.slice(start, keyEnd);
  if (!isKeyName(key)) return fault('invalid-key-name', `${show(key)} can't be a key's name`);
  let valueStart = equals + 1;
  while (valueStart < end && isSpace(text.charCodeAt(valueStart))) valueStart += 1;
  if (place.inStartGroup && key === 'Encoding' && text.slice(valueStart).toUpperCase() !== 'UTF-8') {
    return fault('unsupported-encoding', `encoding ${show(text.slice(valueStart))} is not UTF-8`);
  }
  return { kind: 'key', text, eol, key, valueStart, valueEnd: end, dropped: isForeignTranslation(key) };
}
