import { writeSync } from 'node:fs';

/** `name#n` dies at the n-th passing of a point, `trace` writes every passing to standard error; only the kill suite sets it. */
const armed = process.env['FAIL_POINT'];

/** Counts passings, so that no state outlives its maker. */
function createFailPoints(orders: string): (name: string) => void {
  const passed = new Map<string, number>();
  return (name) => {
    const times = (passed.get(name) ?? 0) + 1;
    passed.set(name, times);
    const passing = `${name}#${times}`;
    if (orders === 'trace') writeSync(2, `fail-point ${passing}\n`);
    // KILL, not exit: nothing may run afterwards, as in a power cut.
    else if (orders === passing) process.kill(process.pid, 'SIGKILL');
  };
}

/**
 * Names a moment right after a durable step. Where the environment's FAIL_POINT names the same moment, the process dies
 * there as by `kill -9`; otherwise this does nothing, at no cost.
 */
export const failPoint: (name: string) => void = armed === undefined ? () => undefined : createFailPoints(armed);
