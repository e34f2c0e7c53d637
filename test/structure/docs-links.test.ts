import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { anchorsOf, linksOf, markdownFiles, root, textOf } from './markdown.ts';

test.each(markdownFiles())('every link of %s leads to a file, and to a heading of it', (page) => {
  const dead = linksOf(textOf(page)).filter(({ path, anchor }) => {
    const target = path === '' ? page : join(dirname(page), path);
    if (!existsSync(join(root, target))) return true;
    return anchor !== '' && target.endsWith('.md') && !anchorsOf(textOf(target)).includes(anchor);
  });
  expect(dead).toEqual([]);
});

test('the README is a door, not the house', () => {
  expect(textOf('README.md').split('\n').length).toBeLessThanOrEqual(150);
});

test('docs/README.md leads to every page', () => {
  const listed = new Set(linksOf(textOf('docs/README.md')).map(({ path }) => join('docs', path)));
  const pages = markdownFiles().filter((file) => file.startsWith('docs/') && !file.startsWith('docs/decisions/'));
  expect(pages.filter((file) => file !== 'docs/README.md' && !listed.has(file))).toEqual([]);
});

test('docs/decisions/README.md leads to every decision', () => {
  const listed = new Set(linksOf(textOf('docs/decisions/README.md')).map(({ path }) => join('docs/decisions', path)));
  const notes = markdownFiles().filter((file) => file.startsWith('docs/decisions/'));
  expect(notes.filter((file) => file !== 'docs/decisions/README.md' && !listed.has(file))).toEqual([]);
});
