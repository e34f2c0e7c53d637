/** Capped exponential back-off with full jitter; all in milliseconds. */
export interface BackoffOptions {
  readonly baseMs: number;
  readonly capMs: number;
  /** 0 up to 1, as Math.random gives it. */
  readonly random: () => number;
}

/**
 * How long to wait after the `failures`th failure in a row (1, 2, …): anything from 0 to `base · 2^(failures−1)`, capped.
 * Full jitter keeps modules that lost the same hub from coming back in one wave.
 */
export function backoffMs(failures: number, { baseMs, capMs, random }: BackoffOptions): number {
  // 2^30 is far beyond any cap; without the limit a week of failures would overflow to Infinity · 0 = NaN.
  const ceilingMs = Math.min(capMs, baseMs * 2 ** Math.min(Math.max(failures - 1, 0), 30));
  return Math.round(random() * ceilingMs);
}
