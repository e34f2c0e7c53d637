import { describe, expect, test } from 'vitest';
import { Watch } from './watch.ts';

/** Asks every second from `fromMs` on, for so many seconds. */
function ask(watch: Watch, fromMs: number, seconds: number, connected = true): boolean[] {
  return Array.from({ length: seconds }, (_, n) => watch.listening({ connected, nowMs: fromMs + n * 1_000 }));
}

describe('a watch', () => {
  test('listens after the first message, or five seconds', () => {
    expect(ask(new Watch(), 0, 7)).toEqual([false, false, false, false, false, true, true]);
    const watch = new Watch();
    ask(watch, 0, 2);
    watch.hear();
    expect(ask(watch, 2_000, 1)).toEqual([true]);
  });

  test('does not listen while there is no connection, and begins anew after it', () => {
    const watch = new Watch();
    watch.hear();
    expect(ask(watch, 0, 2)).toEqual([true, true]);
    expect(ask(watch, 2_000, 2, false)).toEqual([false, false]);
    expect(ask(watch, 4_000, 6)).toEqual([false, false, false, false, false, true]);
  });

  test('leaves a turn out when the process could not run, or its clock was set back', () => {
    const watch = new Watch();
    watch.hear();
    expect(ask(watch, 0, 1)).toEqual([true]);
    expect(ask(watch, 60_000, 2)).toEqual([false, true]);
    expect(ask(watch, 5_000, 2)).toEqual([false, true]);
  });
});
