import type { Clock } from '../../../core/clock.ts';

/** Notices when the other side says nothing for too long. */
export interface StallWatch {
  /** We wait for the other side from now on. */
  waiting(): void;
  /** It has said something, and what we do next is our own time. */
  heard(): void;
  stop(): void;
}

/** Creates a watch; `onStall` is called once, after `timeoutMs` of waiting without a break. */
export function createStallWatch(clock: Clock, timeoutMs: number, onStall: () => void): StallWatch {
  const stopped = new AbortController();
  let sinceMs: number | undefined = clock.nowMs();
  const watch = async (): Promise<void> => {
    for (;;) {
      const leftMs = sinceMs === undefined ? timeoutMs : sinceMs + timeoutMs - clock.nowMs();
      if (leftMs <= 0) {
        onStall();
        return;
      }
      await clock.delay(leftMs, stopped.signal);
    }
  };
  // The only rejection is the one that `stop` asks for.
  watch().catch(() => undefined);
  return {
    waiting() {
      sinceMs = clock.nowMs();
    },
    heard() {
      sinceMs = undefined;
    },
    stop: () => stopped.abort(),
  };
}
