/** After a connection comes about, messages need a moment to come again. */
const settleMs = 5_000;
/** A call that comes later than this after the one before shows that the process, or the machine, slept. */
const lateMs = 1_500;

/**
 * Knows whether silence means anything: only while messages could arrive. After a start, after a break of the connection,
 * and when the process could not run, silence says nothing until a message has come or the connection has stood for five
 * seconds.
 */
export class Watch {
  /** From then on the connection has stood long enough. */
  #settledAtMs: number | undefined;
  /** The last question. */
  #lastMs: number | undefined;
  /** Whether a message has come since the connection came about. */
  #heard = false;

  /** A message came. */
  hear(): void {
    this.#heard = true;
  }

  /** Whether silence up to now says something about the scene; called about once a second. */
  listening({ connected, nowMs }: { readonly connected: boolean; readonly nowMs: number }): boolean {
    const sinceLastMs = this.#lastMs === undefined ? 0 : nowMs - this.#lastMs;
    this.#lastMs = nowMs;
    if (!connected) {
      this.#settledAtMs = undefined;
      this.#heard = false;
      return false;
    }
    // What arrived while the process did not run waits in the socket: one turn later it is known.
    if (sinceLastMs > lateMs || sinceLastMs < 0) return false;
    this.#settledAtMs ??= nowMs + settleMs;
    return this.#heard || nowMs >= this.#settledAtMs;
  }
}
