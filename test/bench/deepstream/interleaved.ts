/** How long two ways to do the same work take, in milliseconds a pass: medians of interleaved rounds. */
export interface Durations {
  readonly work: number;
  readonly baseline: number;
}

/** How many rounds are measured, after as many that only warm up the compiler. */
const rounds = 25;

/** A round shorter than this would measure the clock. */
const minRoundMs = 8;

/**
 * Measures both in turn within each round, so that what else the machine does meets both alike. Each pass returns
 * something of its result, which is kept so that no compiler drops the work.
 */
export function measureInterleaved(work: () => number, baseline: () => number): Durations {
  const kept: number[] = [];
  const run = (pass: () => number, passes: number): number => {
    const started = performance.now();
    for (let i = 0; i < passes; i += 1) kept[i % 8] = pass();
    return (performance.now() - started) / passes;
  };
  const passesOf = (pass: () => number): number => Math.max(1, Math.ceil(minRoundMs / run(pass, 3)));
  const passes = { work: passesOf(work), baseline: passesOf(baseline) };
  for (let i = 0; i < rounds; i += 1) {
    run(work, passes.work);
    run(baseline, passes.baseline);
  }
  const times = Array.from({ length: rounds }, () => ({
    work: run(work, passes.work),
    baseline: run(baseline, passes.baseline),
  }));
  return { work: median(times.map((time) => time.work)), baseline: median(times.map((time) => time.baseline)) };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}
