/*
 * Whether a sensor sends frames without objects too. DeepStream's classic path sends none, so its silence may be an empty
 * scene; the new API (msg2p-new-api=1) and dummy-payload (9.1) send every frame, so their silence is a fault and an empty
 * frame is an empty scene. Nothing in a message says which it is: it is learned from empty frames in a row.
 *
 *   unknown ──`enough` empty frames in a row──▶ they arrive ──the sensor was lost and is heard again──▶ unknown
 *
 * After a loss it is learned anew, because a config that sends none any more looks like a loss.
 */

/** What was learned, as plain JSON. */
export interface EmptyFramesState {
  readonly arrive: boolean;
  /** Empty frames in a row. */
  readonly inRow: number;
  /** The time of the last of them. */
  readonly lastMs: number;
}

/** An app that sends an empty frame only when a scene has become empty doesn't send so many one after the other. */
const enough = 5;
/** Frames further apart are no heartbeat. */
const maxPauseMs = 10_000;

/** What is known of the empty frames of one sensor. */
export class EmptyFrames {
  #arrive: boolean;
  /** Empty frames in a row. */
  #inRow: number;
  /** The time of the last of them. */
  #lastMs: number;

  /** Nothing is known, or what an earlier one knew. */
  constructor(state?: EmptyFramesState) {
    this.#arrive = state?.arrive ?? false;
    this.#inRow = state?.inRow ?? 0;
    this.#lastMs = state?.lastMs ?? 0;
  }

  /** Whether the sensor is known to send them. */
  get arrive(): boolean {
    return this.#arrive;
  }

  /** A frame in its turn. */
  see({ atMs, isEmpty }: { readonly atMs: number; readonly isEmpty: boolean }): void {
    if (this.#arrive) return;
    if (!isEmpty) {
      this.#inRow = 0;
      return;
    }
    this.#inRow = this.#inRow > 0 && atMs - this.#lastMs > maxPauseMs ? 1 : this.#inRow + 1;
    this.#lastMs = atMs;
    this.#arrive = this.#inRow >= enough;
  }

  forget(): void {
    this.#arrive = false;
    this.#inRow = 0;
  }

  /** Moves all times, after the sensor's clock was rebased. */
  shift(byMs: number): void {
    this.#lastMs += byMs;
  }

  /** Undefined where nothing is known. */
  state(): EmptyFramesState | undefined {
    if (!this.#arrive && this.#inRow === 0) return undefined;
    return { arrive: this.#arrive, inRow: this.#inRow, lastMs: this.#lastMs };
  }
}
