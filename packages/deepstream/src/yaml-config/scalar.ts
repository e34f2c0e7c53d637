import { isMap, isScalar } from 'yaml';
import { ConfigEditError } from '../editing/config-edit-error.ts';
import { nodeText, readDocument } from './document.ts';

/**
 * How `value` is written between `before` and `after` in a line so that it reads back as itself: as it stands where that
 * works, in quotes otherwise, and in the quotes that stand there already.
 */
export function writeScalar(before: string, value: string, after: string, key: string, old: string): string {
  const double = JSON.stringify(value);
  const single = `'${value.replaceAll("'", "''")}'`;
  const candidates = old.startsWith('"')
    ? [double]
    : old.startsWith("'")
      ? [single, double]
      : value === ''
        ? [double]
        : [value, double];
  const found = candidates.find((candidate) => readsBack(before, candidate, after, key, value));
  if (found !== undefined) return found;
  throw new ConfigEditError('invalid-value', `the value of "${key}" does not survive in a line of its own`);
}

/** Whether `key` can be written as a plain key and reads back as itself. */
export function isPlainKey(key: string): boolean {
  return key !== '' && readsBack(`${key}: `, 'x', '', key, 'x');
}

function readsBack(before: string, written: string, after: string, key: string, value: string): boolean {
  if (/[\r\n\0]/.test(before + written + after)) return false;
  const line = before + written + after;
  const read = readDocument(line);
  if (!read.ok || !isMap(read.contents) || read.contents.items.length !== 1) return false;
  const [pair] = read.contents.items;
  if (pair === undefined || !isScalar(pair.key) || pair.key.value !== key) return false;
  const node = pair.value;
  if (node === null || nodeText(node, line) !== value) return false;
  return node.range[0] === before.length && node.range[1] === before.length + written.length;
}
