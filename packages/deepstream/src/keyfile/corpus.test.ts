import { describe, expect, test } from 'vitest';
import { corpusFile, corpusNames, corpusPresent } from '../testing/config-corpus.ts';
import { parseKeyFile } from './index.ts';
import type { KeyFile } from './index.ts';

const names = corpusNames('keyfile');

function read(bytes: Uint8Array | string): KeyFile {
  const parsed = parseKeyFile(bytes);
  if (!parsed.ok) throw new Error(`line ${parsed.error.line}: ${parsed.error.reason}`);
  return parsed.file;
}

describe.skipIf(!corpusPresent)('every real key file', () => {
  test('prints the bytes it was read from', () => {
    expect(names.length).toBeGreaterThan(100);
    for (const name of names) {
      const bytes = corpusFile(name);
      expect(bytes.equals(read(bytes).toBytes()), name).toBe(true);
    }
  });

  test('changes exactly the line of a key that is set, and is restored by setting it back', () => {
    let keys = 0;
    for (const name of names) {
      const before = corpusFile(name).toString('utf8');
      const lines = before.split('\n');
      const file = read(before);
      for (const group of file.groups()) {
        for (const key of file.keys(group)) {
          const value = file.get(group, key) ?? '';
          file.set(group, key, 'a new value; 1');
          const after = file.toString().split('\n');
          const changed = after.flatMap((line, i) => (line === lines[i] ? [] : [i + 1]));
          const oneLine =
            after.length === lines.length && changed.length === 1 && changed[0] === file.lineOf(group, key);
          const readsBack = read(after.join('\n')).get(group, key) === 'a new value; 1';
          // An assertion a key would take longer than all of the work.
          if (!oneLine || !readsBack) expect.fail(`${name} [${group}] ${key}: lines ${changed.join(', ')} changed`);
          file.set(group, key, value);
          keys += 1;
        }
      }
      expect(file.toString()).toBe(before);
    }
    expect(keys).toBeGreaterThan(2000);
  });
});
