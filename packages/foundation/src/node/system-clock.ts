import type { Clock } from '../clock/clock.ts';

/** setTimeout calls at once for anything above this; about 24.8 days. */
const longestTimeoutMs = 2 ** 31 - 1;

/** The clock of this machine. A pending call keeps the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, call) => callAfter(delayMs, call, (timer) => timer),
};

/** The clock of this machine. A pending call does not keep the process alive. */
export const backgroundClock: Clock = {
  ...systemClock,
  after: (delayMs, call) => callAfter(delayMs, call, (timer) => timer.unref()),
};

function callAfter(delayMs: number, call: () => void, hold: (timer: NodeJS.Timeout) => NodeJS.Timeout): () => void {
  let timer: NodeJS.Timeout;
  const arm = (leftMs: number): void => {
    const stepMs = Math.min(Math.max(leftMs, 0), longestTimeoutMs);
    timer = hold(setTimeout(() => (leftMs > stepMs ? arm(leftMs - stepMs) : call()), stepMs));
  };
  arm(delayMs);
  return () => clearTimeout(timer);
}
