import { ConfigEditError } from '../editing/config-edit-error.ts';
import type { GroupLine, KeyLine, Line, LinePlace } from './line.ts';
import { readLine } from './line.ts';
import { blockEnd } from './line-index.ts';

const inGroup: LinePlace = { inGroup: true, inStartGroup: false };

/** The line that reads as `key` with `value` and keeps every other byte of `line`. */
export function rewriteValue(line: KeyLine, value: string, place: LinePlace): KeyLine {
  const text = line.text.slice(0, line.valueStart) + value + line.text.slice(line.valueEnd);
  return checkKeyLine(text, line.eol, line.key, value, place);
}

/** A new line `key=value`. */
export function newKeyLine(key: string, value: string, eol: string, place: LinePlace): KeyLine {
  return checkKeyLine(`${key}=${value}`, eol, key, value, place);
}

/** The proof that a value can be written is that the line reads back as it: newlines, NULs and leading white space do not. */
function checkKeyLine(text: string, eol: string, key: string, value: string, place: LinePlace): KeyLine {
  const line = readLine(text, eol, place);
  if (line.kind === 'key' && line.key === key && !line.dropped && !key.includes('\n')) {
    const reads = line.text.slice(line.valueStart, line.valueEnd) === value;
    const staysOneLine = !value.includes('\n') && !(eol === '\n' && text.endsWith('\r'));
    if (reads && staysOneLine) return line;
    throw new ConfigEditError('invalid-value', `the value of "${key}" does not survive in a line of its own`);
  }
  if (line.kind === 'fault' && line.code === 'unsupported-encoding') {
    throw new ConfigEditError('invalid-value', 'a key "Encoding" in the first group must say UTF-8');
  }
  throw new ConfigEditError('invalid-key-name', `${JSON.stringify(key)} can't be a key's name`);
}

/** The header line of a group; keeps every byte of `line` but the name, where one is given. */
export function groupLine(name: string, eol: string, line?: GroupLine): GroupLine {
  const text =
    line === undefined
      ? `[${name}]`
      : line.text.slice(0, line.nameStart) + name + line.text.slice(line.nameStart + line.name.length);
  const read = name.includes('\n') ? undefined : readLine(text, eol, inGroup);
  if (read?.kind === 'group' && read.name === name) return read;
  throw new ConfigEditError('invalid-group-name', `${JSON.stringify(name)} can't be a group's name`);
}

/** The line with a newline at its end. A `\r` that belongs to a last line's value stays in the value. */
export function terminate(line: Line, eol: string): Line {
  if (line.eol !== '') return line;
  return { ...line, eol: line.text.endsWith('\r') ? '\r\n' : eol };
}

/**
 * The lines that go with the block of `header`, as [from, to). Comments that stand right above the next header with a
 * blank line before them are the next group's and stay.
 */
export function removableBlock(lines: readonly Line[], header: number): readonly [number, number] {
  const end = blockEnd(lines, header);
  if (end === lines.length) return [header, end];
  let comment = end;
  while (comment > header + 1 && isComment(lines[comment - 1])) comment -= 1;
  const apart = comment < end && isBlank(lines[comment - 1]);
  return [header, apart ? comment : end];
}

function isComment(line: Line | undefined): boolean {
  return line?.kind === 'other' && !line.blank;
}

function isBlank(line: Line | undefined): boolean {
  return line?.kind === 'other' && line.blank;
}
