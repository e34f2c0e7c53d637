import { vi } from 'vitest';
import type { Simulator } from '@companion/simulator';

/** Ways to wait for a running demo, whatever its modules run in. */
export interface DemoWatch {
  /** The release that everybody agrees on as running; waits for it. */
  runningRelease(): Promise<string>;
  /** The same, for a release that is another than the one before. */
  anotherRelease(before: string): Promise<string>;
  /** Waits until the filter has read more messages than when it was called. */
  detectionsFlow(): Promise<void>;
}

/** `running` names the release that runs, or throws what there is instead. */
export function watchDemo(
  simulator: Simulator,
  running: () => Promise<string>,
  patience: { readonly timeout: number; readonly interval: number },
): DemoWatch {
  return {
    runningRelease: () => vi.waitFor(running, patience),
    anotherRelease: (before) =>
      vi.waitFor(async () => {
        const id = await running();
        if (id === before) throw new Error(`still ${before}`);
        return id;
      }, patience),
    async detectionsFlow() {
      const read = async (): Promise<number> =>
        Number(/^filter_messages_parsed_total\{.*\} (\d+)$/m.exec(await simulator.metricsOf('filter'))?.[1] ?? 0);
      let lowest = await read();
      await vi.waitFor(async () => {
        const now = await read();
        // A filter that was just restarted counts from zero again.
        lowest = Math.min(lowest, now);
        if (now <= lowest) throw new Error(`the filter has read ${now} messages and waits for more`);
      }, patience);
    },
  };
}
