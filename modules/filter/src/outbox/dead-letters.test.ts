import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, EdgeError } from '@companion/edge';
import type { JsonObject } from '@companion/foundation';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { deadLetter, DeadLetters } from './dead-letters.ts';
import type { Entry } from './entry.ts';

let folder: string;
let file: string;
const log = createLog({ module: 'filter', level: 'silent' });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'letters-'));
  file = join(folder, 'dead-letter.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const letter = (seq: number, body: string) => {
  const entry: Entry = { seq, kind: 'event', output: 'events', message: { body, properties: { zone: 'A1' } } };
  return deadLetter(entry, { atMs: 1_000, error: new EdgeError('MESSAGE_TOO_LARGE', 'too large') });
};
const lines = (): JsonObject[] =>
  readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as JsonObject);

describe('messages that were set aside', () => {
  test('can be read by people: when, why, what', async () => {
    const letters = new DeadLetters(file, log);
    letters.add(letter(1, '{"a":1}'));
    await letters.settle();
    expect(lines()).toEqual([
      {
        time: '1970-01-01T00:00:01.000Z',
        code: 'MESSAGE_TOO_LARGE',
        reason: 'too large',
        kind: 'event',
        output: 'events',
        properties: { zone: 'A1' },
        bodyBytes: 7,
        body: '{"a":1}',
      },
    ]);
  });

  test('are kept over a restart, up to a mebibyte, the newest', async () => {
    for (let start = 0; start < 3; start++) {
      const letters = new DeadLetters(file, log);
      for (let n = 0; n < 200; n++) letters.add(letter(n, `${start} ${n} ${'ä'.repeat(4_000)}`));
      await letters.settle();
      expect(readFileSync(file).byteLength).toBeLessThanOrEqual(1024 * 1024);
    }
    expect((lines().at(-1)?.['body'] as string).slice(0, 6)).toBe('2 199 ');
    const more = new DeadLetters(file, log);
    more.add(letter(1, 'x'));
    await more.settle();
    expect((lines().at(-2)?.['body'] as string).slice(0, 6)).toBe('2 199 ');
  });

  test('are written with the next one where the disk could not take them', async () => {
    const letters = new DeadLetters(join(folder, 'later', 'dead-letter.jsonl'), log);
    writeFileSync(join(folder, 'later'), 'a file in the way');
    letters.add(letter(1, 'one'));
    await letters.settle();
    rmSync(join(folder, 'later'));
    file = join(folder, 'later', 'dead-letter.jsonl');
    mkdirSync(join(folder, 'later'));
    letters.add(letter(2, 'two'));
    await letters.settle();
    expect(lines().map(({ body }) => body)).toEqual(['one', 'two']);
  });
});
