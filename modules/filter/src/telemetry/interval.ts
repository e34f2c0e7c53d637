/**
 * Whether the interval is over since it last was: asked every second or so. A wall clock that is set back must not stop
 * it. 0: never.
 */
export function createInterval(startMs: number, interval: () => number): (nowMs: number) => boolean {
  let lastMs = startMs;
  return (nowMs) => {
    const intervalMs = interval();
    if (intervalMs === 0 || (nowMs >= lastMs && nowMs - lastMs < intervalMs)) return false;
    lastMs = nowMs;
    return true;
  };
}
