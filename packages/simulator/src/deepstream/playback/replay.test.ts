import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { StandInError } from '../recording/stand-in-error.ts';
import { WaitingClock } from '../testing/waiting-clock.ts';
import { Replay } from './replay.ts';

const clock = new WaitingClock(0);
const text = (line: Uint8Array): string => Buffer.from(line).toString('utf8');

class Refusal extends Error {
  readonly retryable: boolean;
  constructor(retryable: boolean) {
    super('refused');
    this.retryable = retryable;
  }
}

describe('a replay', () => {
  let dir: string;
  let file: string;
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'replay-'));
    file = join(dir, 'messages.jsonl');
  });
  afterEach(() => rm(dir, { recursive: true, force: true }));

  const numbers = (count: number): string[] => Array.from({ length: count }, (_, n) => `{"n":${n}}`);
  const replay = (send: (line: Uint8Array) => Promise<void>, signal = new AbortController().signal): Promise<number> =>
    new Replay({ file, send, clock, signal, onSent: () => undefined }).run();

  test('sends every line once, in order, without waiting for each', async () => {
    await writeFile(file, numbers(1000).join('\n'));
    const sent: string[] = [];
    let underway = 0;
    let most = 0;
    const count = await replay(async (line) => {
      sent.push(text(line));
      most = Math.max(most, (underway += 1));
      await new Promise(setImmediate);
      underway -= 1;
    });
    expect(count).toBe(1000);
    expect(sent).toEqual(numbers(1000));
    expect(most).toBeGreaterThan(10);
    expect(most).toBeLessThanOrEqual(64);
  });

  test('keeps a line that is longer than one read, and its carriage return', async () => {
    const long = `"${'x'.repeat(200_000)}"\r`;
    await writeFile(file, `1\n${long}\n \r\n2\n`);
    const sent: string[] = [];
    expect(
      await replay((line) => {
        sent.push(text(line));
        return Promise.resolve();
      }),
    ).toBe(3);
    expect(sent).toEqual(['1', long, '2']);
  });

  test('sends again what a fault cost, in order, and nothing new before', async () => {
    await writeFile(file, numbers(300).join('\n'));
    const arrived: string[] = [];
    let calls = 0;
    const count = await replay((line) => {
      calls += 1;
      // A connection that is gone for a while: everything fails until it is back.
      if (calls > 100 && calls <= 200) return Promise.reject(new Refusal(true));
      arrived.push(text(line));
      return Promise.resolve();
    });
    expect(count).toBe(300);
    expect(arrived).toEqual(numbers(300));
  });

  test('ends with file and line where the hub refuses for good', async () => {
    await writeFile(file, numbers(10).join('\n'));
    const replayed = replay((line) =>
      text(line) === '{"n":4}' ? Promise.reject(new Refusal(false)) : Promise.resolve(),
    );
    await expect(replayed).rejects.toThrow(`${file}:5: refused`);
    await expect(replayed).rejects.toBeInstanceOf(StandInError);
  });

  test('an abort ends it, also while nothing gets through', async () => {
    await writeFile(file, numbers(500).join('\n'));
    const abort = new AbortController();
    let calls = 0;
    const count = await replay(() => {
      calls += 1;
      if (calls === 200) abort.abort();
      return Promise.reject(new Refusal(true));
    }, abort.signal);
    expect(count).toBe(0);
  });
});
