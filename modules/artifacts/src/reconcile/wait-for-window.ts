import type { Clock } from '../core/clock.ts';
import { msUntilWindow, type Window } from '../domain/window.ts';

interface WaitOptions {
  readonly window: Window;
  /** Whether there is anything to wait for; asked again and again, since an operator can let a release pass. */
  readonly applies: () => boolean;
  /** Called at every look: how long it will still take, and when the window opens, in milliseconds since 1970. */
  readonly onWaiting: (waitMs: number, untilMs: number) => void;
  /** Milliseconds since 1970. */
  readonly wallNowMs: () => number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A clock that is set must not leave a window waiting for long. */
const lookMs = 30_000;

/** Resolves once the window is open or does not apply any more. Rejects with the signal's reason. */
export async function waitForWindow(options: WaitOptions): Promise<void> {
  const { window, applies, onWaiting, wallNowMs, clock, signal } = options;
  while (applies()) {
    const nowMs = wallNowMs();
    const waitMs = msUntilWindow(window, nowMs);
    if (waitMs === 0) return;
    onWaiting(waitMs, nowMs + waitMs);
    await clock.delay(Math.min(waitMs, lookMs), signal);
  }
}
