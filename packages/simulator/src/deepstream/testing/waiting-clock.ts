import { ManualClock } from '@companion/foundation/testing';

/** Time that passes only while somebody waits, or where a test moves it. */
export class WaitingClock extends ManualClock {
  override after(delayMs: number, call: () => void): () => void {
    const cancel = super.after(delayMs, call);
    queueMicrotask(() => this.advance(delayMs));
    return cancel;
  }
}
