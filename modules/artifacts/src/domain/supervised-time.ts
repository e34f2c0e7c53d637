/** What a look shows of whoever starts DeepStream. */
export type Life =
  /** It has no sign of life to give: taken as alive. */
  | { readonly kind: 'unknown' }
  /** It was never there, or has said that it ends. */
  | { readonly kind: 'gone' }
  /** A text that changes at least every `everyMs` while it lives. */
  | { readonly kind: 'pulse'; readonly beat: string; readonly everyMs: number };

/** What looks so far say. */
export interface SupervisedTime {
  readonly alive: boolean;
  /** Milliseconds for which DeepStream could have run, as far as was seen: the clock by which its health is judged. */
  readonly livedMs: number;
  /** The last beat, and when it was first seen; undefined before the first. */
  readonly beat: string | undefined;
  readonly beatMs: number;
  /** When the last look was. */
  readonly lookedMs: number;
}

/** So many beats may be missing: a busy device writes late. */
const missedBeats = 3;
/** A longer gap between two looks counts for this much: nothing was seen in it. */
const longestGapMs = 10_000;

/** Before the first look. */
export function startSupervision(nowMs: number): SupervisedTime {
  return { alive: false, livedMs: 0, beat: undefined, beatMs: nowMs, lookedMs: nowMs };
}

/**
 * One look. `nowMs` is of a clock that never jumps; the device's time of day plays no part. A beat that was there at the
 * first look may be a dead supervisor's last: only a change shows life.
 */
export function stepSupervision(time: SupervisedTime, life: Life, nowMs: number): SupervisedTime {
  const beat = life.kind === 'pulse' ? life.beat : '';
  const changed = beat !== time.beat;
  const beatMs = changed ? nowMs : time.beatMs;
  const alive = isAlive(time, life, { changed: changed && time.beat !== undefined, silentMs: nowMs - beatMs });
  const gapMs = Math.min(nowMs - time.lookedMs, longestGapMs);
  return { alive, livedMs: time.livedMs + (alive ? gapMs : 0), beat, beatMs, lookedMs: nowMs };
}

/** Whether a supervisor that was there has stopped beating. */
export function isSilent({ alive, beatMs }: SupervisedTime, life: Life, nowMs: number): boolean {
  return life.kind === 'pulse' && !alive && nowMs - beatMs >= missedBeats * life.everyMs;
}

function isAlive(
  time: SupervisedTime,
  life: Life,
  { changed, silentMs }: { readonly changed: boolean; readonly silentMs: number },
): boolean {
  switch (life.kind) {
    case 'unknown':
      return true;
    case 'gone':
      return false;
    case 'pulse':
      return changed || (time.alive && silentMs < missedBeats * life.everyMs);
  }
}
