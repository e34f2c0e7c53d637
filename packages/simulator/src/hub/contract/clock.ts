/** Time as the hub uses it: token expiry, acknowledgement timeouts, back-off and time to live all go through here. */
export interface HubClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Runs `action` once after `delayMs`; the returned function cancels it. */
  after(delayMs: number, action: () => void): () => void;
}

/** setTimeout overflows to "at once" above this; about 24.8 days. */
const longestTimeoutMs = 2 ** 31 - 1;

/** The machine's own clock. Its timers do not keep the process alive. */
export const systemClock: HubClock = {
  now: () => Date.now(),
  after: (delayMs, action) => {
    const timer = setTimeout(action, Math.min(Math.max(delayMs, 0), longestTimeoutMs));
    timer.unref();
    return () => {
      clearTimeout(timer);
    };
  },
};
