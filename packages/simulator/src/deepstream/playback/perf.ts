/** Counts frames and tells their rates, as `enable-perf-measurement` has the real app do. */
export interface Perf {
  count(group: string): void;
  /** One line: each source's rate since the last line and, in brackets, since the start; then starts to count anew. */
  line(nowMs: number): string;
}

/** Starts to count at `startMs` for these sources. */
export function createPerf(groups: readonly string[], startMs: number): Perf {
  const rates = groups.map((group) => ({ group, recent: 0, all: 0 }));
  let lastMs = startMs;
  return {
    count: (group) => {
      const rate = rates.find((candidate) => candidate.group === group);
      if (rate === undefined) return;
      rate.recent += 1;
      rate.all += 1;
    },
    line: (nowMs) => {
      const perSecond = (count: number, sinceMs: number): string =>
        ((count * 1000) / Math.max(1, nowMs - sinceMs)).toFixed(2);
      const texts = rates.map(
        (rate) => `${rate.group} ${perSecond(rate.recent, lastMs)} (${perSecond(rate.all, startMs)})`,
      );
      for (const rate of rates) rate.recent = 0;
      lastMs = nowMs;
      return `**PERF:  FPS ${texts.join('  ')}`;
    },
  };
}
