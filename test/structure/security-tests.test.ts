import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const docs = resolve(import.meta.dirname, '../../docs');
/** The last cell of a row: `[name](path): "title"`. */
const named = /\| \[[^\]]*\]\((?<file>[^)]*)\): "(?<title>[^|]*)"\s*\|$/gmu;

test('every threat in docs/security.md names a test that exists', async () => {
  const page = await readFile(resolve(docs, 'security.md'), 'utf8');
  const section = /## Threats\n([\s\S]*?)\n## /u.exec(page)?.[1] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  const tests = [...section.matchAll(named)];
  // Without the head and the line below it.
  expect(tests).toHaveLength(rows.length - 2);
  expect(tests.length).toBeGreaterThan(10);
  for (const { groups } of tests) {
    const { file = '', title = '' } = groups ?? {};
    const source = (await readFile(resolve(docs, file), 'utf8')).replaceAll(/\s+/gu, ' ');
    expect({ file, title, exists: source.includes(`'${title}'`) }).toEqual({ file, title, exists: true });
  }
});
