import { expect, test } from 'vitest';
import type { SpotChange } from '../witness.ts';
import { brokenLinks } from './events-are-true.ts';

/** Changes of one spot, from these states on. */
function chain(...states: readonly string[]): readonly SpotChange[] {
  const known = ['unknown', ...states];
  return states.map((state, at) => ({ id: String(at), zone: 'A1', state, previous: known[at] ?? '', atMs: at }));
}

const whole = chain('empty', 'occupied', 'unknown', 'occupied', 'empty');

test('changes that follow on each other are a whole chain', () => {
  expect(brokenLinks(whole)).toEqual([]);
});

test.each(whole.slice(0, -1).map(({ id }) => id))('a chain without its event %s is broken once', (lost) => {
  expect(brokenLinks(whole.filter(({ id }) => id !== lost))).toHaveLength(1);
});

test('an event that is said again under another id breaks the chain', () => {
  const again = whole.slice(0, 2).concat({ id: 'again', zone: 'A1', state: 'occupied', previous: 'empty', atMs: 9 });
  expect(brokenLinks(again)).toEqual(['A1: event again (empty → occupied) follows occupied']);
});
