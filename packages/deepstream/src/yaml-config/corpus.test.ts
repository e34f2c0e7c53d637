import { describe, expect, test } from 'vitest';
import { corpusFile, corpusNames, corpusPresent } from '../testing/config-corpus.ts';
import type { ConfigFile } from '../config-file/index.ts';
import { parseYamlConfig } from './index.ts';

const names = corpusNames('yaml');

function read(bytes: Uint8Array | string): ConfigFile {
  const parsed = parseYamlConfig(bytes);
  if (!parsed.ok) throw new Error(`line ${parsed.error.line}: ${parsed.error.reason}`);
  return parsed.file;
}

describe.skipIf(!corpusPresent)('every real YAML config', () => {
  test('prints the bytes it was read from', () => {
    expect(names.length).toBeGreaterThan(70);
    for (const name of names) {
      const bytes = corpusFile(name);
      const file = read(bytes);
      expect(bytes.equals(file.toBytes()), name).toBe(true);
      expect(file.groups().length, name).toBeGreaterThan(0);
    }
  });

  test('changes exactly the line of a key that is set, and is restored by setting it back', () => {
    let keys = 0;
    const several: string[] = [];
    for (const name of names) {
      const before = corpusFile(name).toString('utf8');
      const lines = before.split('\n');
      const file = read(before);
      for (const group of file.groups()) {
        for (const key of file.keys(group)) {
          const value = file.get(group, key) ?? '';
          try {
            file.set(group, key, 'a new value; 1');
          } catch {
            several.push(key);
            continue;
          }
          const after = file.toString().split('\n');
          const changed = after.flatMap((line, i) => (line === lines[i] ? [] : [i + 1]));
          const oneLine =
            after.length === lines.length && changed.length === 1 && changed[0] === file.lineOf(group, key);
          const readsBack = file.get(group, key) === 'a new value; 1';
          if (!oneLine || !readsBack) expect.fail(`${name} [${group}] ${key}: lines ${changed.join(', ')} changed`);
          file.set(group, key, value);
          keys += 1;
        }
      }
      expect(file.toString()).toBe(before);
      for (const group of file.groups())
        for (const key of file.keys(group)) {
          if (!several.includes(key)) file.set(group, key, 'a new value; 1');
        }
      const reread = read(file.toString());
      for (const group of reread.groups())
        for (const key of reread.keys(group)) {
          if (!several.includes(key)) expect(reread.get(group, key)).toBe('a new value; 1');
        }
    }
    expect(keys).toBeGreaterThan(2000);
    // Sequences written over several lines are left alone.
    expect([...new Set(several)].sort()).toEqual(['cameraModelFilepath', 'customlib-props']);
  });
});
