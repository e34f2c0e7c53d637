import type { Clock } from '../clock/clock.ts';

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #nowMs: number;
  #monotonicMs = 0;
  /** Calls that wait, in the order in which they were asked for. */
  readonly #timers = new Set<{ readonly dueMs: number; readonly call: () => void }>();

  /** Shows `nowMs` (since 1970); the machine's time is right where real tokens are verified. */
  constructor(nowMs = 1_000_000) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  monotonicMs(): number {
    return this.#monotonicMs;
  }

  after(delayMs: number, call: () => void): () => void {
    const timer = { dueMs: this.#monotonicMs + delayMs, call };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  /** How many calls wait. */
  get pending(): number {
    return this.#timers.size;
  }

  /** Moves on and makes the calls that come due, in order of time. */
  advance(byMs: number): void {
    const untilMs = this.#monotonicMs + byMs;
    for (let call = this.#nextDue(untilMs); call !== undefined; call = this.#nextDue(untilMs)) call();
    this.#moveTo(untilMs);
  }

  /** The same, and lets what each call set off settle before the next. */
  async pass(byMs: number): Promise<void> {
    const untilMs = this.#monotonicMs + byMs;
    await settle();
    for (let call = this.#nextDue(untilMs); call !== undefined; call = this.#nextDue(untilMs)) {
      call();
      await settle();
    }
    this.#moveTo(untilMs);
  }

  /** Sets the time of day without any time passing, as a device does that learns the time. */
  jumpTo(nowMs: number): void {
    this.#nowMs = nowMs;
  }

  #nextDue(untilMs: number): (() => void) | undefined {
    const [next] = [...this.#timers].filter(({ dueMs }) => dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs);
    if (next === undefined) return undefined;
    this.#timers.delete(next);
    this.#moveTo(Math.max(this.#monotonicMs, next.dueMs));
    return next.call;
  }

  #moveTo(monotonicMs: number): void {
    this.#nowMs += monotonicMs - this.#monotonicMs;
    this.#monotonicMs = monotonicMs;
  }
}

/** Promise reactions that are ready run before a timer of zero length does. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
