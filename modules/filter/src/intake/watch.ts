/** Knows whether silence means anything: only while messages could arrive. */
export interface Watch {
  /** A message came. */
  heard(): void;
  /** Whether silence up to now says something about the scene; called about once a second. */
  listening(options: { readonly connected: boolean; readonly nowMs: number }): boolean;
}

/** After a connection comes about, messages need a moment to come again. */
const settleMs = 5_000;
/** A call that comes later than this after the one before shows that the process, or the machine, slept. */
const lateMs = 1_500;

/**
 * Makes a watch that has heard nothing yet. After a start, after a break of the connection, and when the process could
 * not run, silence says nothing until a message has come or the connection has stood for five seconds.
 */
export function createWatch(): Watch {
  let settledAtMs: number | undefined;
  let lastMs: number | undefined;
  let heard = false;

  return {
    heard() {
      heard = true;
    },
    listening({ connected, nowMs }) {
      const sinceLastMs = lastMs === undefined ? 0 : nowMs - lastMs;
      lastMs = nowMs;
      if (!connected) {
        settledAtMs = undefined;
        heard = false;
        return false;
      }
      if (sinceLastMs > lateMs || sinceLastMs < 0) {
        // What arrived while the process did not run waits in the socket: one turn later it is known.
        return false;
      }
      settledAtMs ??= nowMs + settleMs;
      return heard || nowMs >= settledAtMs;
    },
  };
}
