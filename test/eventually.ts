import { setTimeout as pause } from 'node:timers/promises';

/** Asks until the condition does not throw, and resolves with its answer; rejects with its last error when the time is over. Works in and outside of vitest. */
export async function eventually<T>(condition: () => T | Promise<T>, timeoutMs = 90_000, everyMs = 20): Promise<T> {
  const endMs = performance.now() + timeoutMs;
  for (;;) {
    try {
      return await condition();
    } catch (error) {
      if (performance.now() >= endMs) throw error;
    }
    await pause(everyMs);
  }
}
