import { expect, test } from 'vitest';
import { parseSupervisorStatus } from './supervisor-status.ts';

const lines = (change: Readonly<Record<string, string>> = {}): string =>
  Object.entries({
    state: 'running',
    release: '0123456789abcdef',
    pid: '42',
    starts: '3',
    exitCode: '',
    since: '1764000000',
    supervisor: '1',
    ...change,
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');

test('the lines of supervisor.sh are ids, numbers and words', () => {
  expect(parseSupervisorStatus(lines())).toEqual({
    state: 'running',
    release: '0123456789abcdef',
    starts: 3,
    exitCode: undefined,
    sinceMs: 1_764_000_000_000,
    supervisor: '1',
  });
  expect(parseSupervisorStatus(lines({ state: 'backoff', exitCode: '139' }))?.exitCode).toBe(139);
});

test.each([
  // A value ends where ini sees a comment; neither an id nor a number has one.
  ['abc;def', 'abc'],
  ['abc#def', 'abc'],
  // A word that ini reads as a value of its own stays a word.
  ['true', 'true'],
  ['null', 'null'],
  ['"quoted"', 'quoted'],
  ['0123', '0123'],
  ['1e5', '1e5'],
  ['', ''],
])('a release of %j reads as %j', (written, read) => {
  expect(parseSupervisorStatus(lines({ release: written }))?.release).toBe(read);
});

test.each([
  ['a state that is none', lines({ state: 'true' })],
  ['no number of seconds', lines({ since: 'now' })],
  ['half a file', 'state=running\nrel'],
  ['nothing', ''],
  ['garbage', '[[[\0'],
])('%s is no status', (_, text) => {
  expect(parseSupervisorStatus(text)).toBeUndefined();
});
