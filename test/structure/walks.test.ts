import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { importsOf } from './imports.ts';
import { root, textOf } from './markdown.ts';

/** A file of a walk. */
interface Station {
  readonly file: string;
  /** The file that hands over to this one, where the one before does not import it. */
  readonly through: string | undefined;
}

/**
 * The walks of docs/architecture.md: numbered lists that begin each item with a link to a file. "(through [file](…))"
 * names the file that hands over where the file before does not import the next one: an earlier file of the walk to which
 * the calls return, or a callback or an interface that both know.
 */
function walks(): ReadonlyMap<string, readonly Station[]> {
  const sections = textOf('docs/architecture.md')
    .split(/^## /m)
    .filter((section) => section.startsWith('A walk: '));
  return new Map(
    sections.map((section) => [
      section.slice(0, section.indexOf('\n')),
      [...section.matchAll(/^\d+\. \[`[^`]+`\]\(\.\.\/([^)]+)\)(?: \(through \[`[^`]+`\]\(\.\.\/([^)]+)\)\))?/gm)].map(
        ([, file = '', through]) => ({ file, through }),
      ),
    ]),
  );
}

test('docs/architecture.md has a walk for a twin patch and one for a detection', () => {
  expect([...walks().keys()]).toEqual(['A walk: a twin patch', 'A walk: a detection']);
  for (const stations of walks().values()) expect(stations.length).toBeGreaterThan(8);
});

describe.each([...walks()])('%s', (_, stations) => {
  test('each item of the list names a file', () => {
    const numbered = [...textOf('docs/architecture.md').matchAll(/^\d+\. /gm)].length;
    expect([...walks().values()].flat().length).toBe(numbered);
  });

  test.each(stations.map(({ file, through }) => [file, through] as const))('%s exists', (file, through) => {
    expect(existsSync(join(root, file))).toBe(true);
    if (through !== undefined) expect(existsSync(join(root, through))).toBe(true);
  });

  test.each(stations.slice(1).map(({ file, through }, index) => ({ file, through, index })))(
    'goes on to $file',
    ({ file, through, index }) => {
      const earlier = stations.slice(0, index + 1).map((station) => station.file);
      expect(reached(earlier, file, through)).toBe(true);
    },
  );
});

function reached(earlier: readonly string[], file: string, through: string | undefined): boolean {
  const before = earlier.at(-1) ?? '';
  if (through === undefined) return knows(before, file);
  if (earlier.includes(through)) return knows(through, file);
  return meets(through, before) && meets(through, file);
}

function knows(file: string, other: string): boolean {
  return importsOf(file).has(other);
}

function meets(file: string, other: string): boolean {
  return file === other || knows(file, other) || knows(other, file);
}
