import { parseDesired as parseArtifacts } from '@companion/artifacts';
import { eventSchema, parseDesired as parseFilter } from '@companion/occupancy';
import { expect, test } from 'vitest';
import { blocksOf, textOf } from './markdown.ts';

function firstExample(page: string): Record<string, unknown> {
  return JSON.parse(blocksOf(textOf(page), 'json')[0] ?? '') as Record<string, unknown>;
}

test('the module artifacts takes the example of its page', () => {
  expect(parseArtifacts(firstExample('docs/reference/artifacts-twin.md'))).toMatchObject({ kind: 'managed' });
});

test('the filter takes the example of its page, every zone of it', () => {
  expect(parseFilter(firstExample('docs/reference/filter-twin.md'))).toMatchObject({ ok: true, rejected: {} });
});

test('the event of the README is one', () => {
  expect(eventSchema.safeParse(firstExample('README.md')).error).toBeUndefined();
});
