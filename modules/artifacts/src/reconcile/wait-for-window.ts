import { delay, type Clock } from '@companion/foundation';
import { msUntilWindow, type Window } from '../domain/window.ts';

interface WaitOptions {
  readonly window: Window;
  /** Whether there is anything to wait for; asked again and again, since an operator can let a release pass. */
  readonly applies: () => boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** A closed window. */
interface Waiting {
  readonly waitMs: number;
  /** When it opens, in milliseconds since 1970. */
  readonly untilMs: number;
}

/** A clock that is set must not leave a window waiting for long. */
const lookMs = 30_000;

/** Looks at a window again and again; ends once it is open or does not apply any more. Rejects with the signal's reason. */
export async function* waitForWindow({ window, applies, clock, signal }: WaitOptions): AsyncGenerator<Waiting, void> {
  while (applies()) {
    const nowMs = clock.now();
    const waitMs = msUntilWindow(window, nowMs);
    if (waitMs === 0) return;
    yield { waitMs, untilMs: nowMs + waitMs };
    await delay(clock, Math.min(waitMs, lookMs), signal);
  }
}
