import { expect, test } from 'vitest';
import { LatestWins } from './latest-wins.ts';

function gate(): { readonly promise: Promise<void>; readonly open: () => void } {
  let open = (): void => undefined;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open: () => open() };
}

test('only one run is under way, and values between the running and the newest are never run', async () => {
  const ran: number[] = [];
  let running = 0;
  const first = gate();
  const started = gate();
  const runner = new LatestWins<number>({
    run: async (value) => {
      running += 1;
      expect(running).toBe(1);
      ran.push(value);
      started.open();
      if (value === 1) await first.promise;
      running -= 1;
    },
  });
  runner.submit(1);
  await started.promise;
  runner.submit(2);
  runner.submit(3);
  first.open();
  await runner.idle();
  expect(ran).toEqual([1, 3]);
});

test('a newer value aborts the run under way, which may end by throwing', async () => {
  const ended: string[] = [];
  const started = gate();
  const runner = new LatestWins<string>({
    run: async (value, signal) => {
      if (value === 'old') {
        started.open();
        await new Promise<void>((_, reject) => {
          signal.addEventListener('abort', () => {
            reject(new Error('aborted'));
          });
        });
      }
      ended.push(value);
    },
  });
  runner.submit('old');
  await started.promise;
  runner.submit('new');
  await runner.idle();
  expect(ended).toEqual(['new']);
});

test('a run that fails is told, and the next one runs', async () => {
  const errors: unknown[] = [];
  const ran: number[] = [];
  const runner = new LatestWins<number>({
    run: (value) => {
      ran.push(value);
      return value === 1 ? Promise.reject(new Error('broken')) : Promise.resolve();
    },
    onError: (error) => errors.push(error),
  });
  runner.submit(1);
  await runner.idle();
  runner.submit(2);
  await runner.idle();
  expect(ran).toEqual([1, 2]);
  expect(errors).toEqual([new Error('broken')]);
});

test('stop waits for the run it aborts and takes nothing more', async () => {
  const ran: number[] = [];
  const started = gate();
  const runner = new LatestWins<number>({
    run: async (value, signal) => {
      ran.push(value);
      started.open();
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => {
          resolve();
        });
      });
    },
  });
  runner.submit(1);
  await started.promise;
  runner.submit(2);
  await runner.stop();
  runner.submit(3);
  await runner.idle();
  expect(ran).toEqual([1]);
});
