import { execFileSync } from 'node:child_process';
import { afterEach, expect, test, vi } from 'vitest';
import { backgroundClock, systemClock } from './system-clock.ts';

afterEach(() => void vi.useRealTimers());

test.each([
  ['system', systemClock],
  ['background', backgroundClock],
])(
  'a call of the %s clock that is more than 25 days off comes when it is due, or never when cancelled',
  (_name, clock) => {
    vi.useFakeTimers();
    const dayMs = 86_400_000;
    let called = 0;
    clock.after(60 * dayMs, () => called++);
    const cancel = clock.after(60 * dayMs, () => (called += 10));
    vi.advanceTimersByTime(30 * dayMs);
    cancel();
    vi.advanceTimersByTime(30 * dayMs - 1);
    expect(called).toBe(0);
    vi.advanceTimersByTime(1);
    expect(called).toBe(1);
  },
);

test('only the background clock lets a process end that still waits', () => {
  const run = (clock: string): string =>
    execFileSync(process.execPath, [
      '--import',
      import.meta.resolve('tsx'),
      '--input-type=module',
      '--eval',
      `import { ${clock} } from ${JSON.stringify(new URL('./system-clock.ts', import.meta.url).href)};
       ${clock}.after(300, () => process.stdout.write('called'));`,
    ]).toString();
  expect(run('systemClock')).toBe('called');
  expect(run('backgroundClock')).toBe('');
});
