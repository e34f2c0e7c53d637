import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Processes whose wall clock can be wrong. */
export const clockTargets = ['artifacts', 'filter', 'NVIDIADeepStreamSDK'] as const;
export type ClockTarget = (typeof clockTargets)[number];

const libraries = [
  '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1',
  '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1',
];

/** Where libfaketime is; undefined where it is not. */
export function fakeTimeLibrary(): string | undefined {
  return libraries.find((file) => existsSync(file));
}

function clockFile(folder: string, target: ClockTarget): string {
  return join(folder, `clock-${target}`);
}

/** Says how wrong the clock is; processes see it within a second. */
export function writeClock(folder: string, target: ClockTarget, offsetSec: number): void {
  writeFileSync(clockFile(folder, target), `${offsetSec < 0 ? '' : '+'}${offsetSec}\n`);
}

/** The variables that put a process under libfaketime; none where it is missing. */
export function clockVariables(folder: string, target: ClockTarget): Readonly<Record<string, string>> {
  const library = fakeTimeLibrary();
  if (library === undefined) return {};
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: clockFile(folder, target),
    FAKETIME_CACHE_DURATION: '1',
    // Timers and time-outs go by the other clock, on a device too.
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
    DONT_FAKE_MONOTONIC: '1',
  };
}

/** Removes what libfaketime shares between a process and its children: it is left over when the process is killed. */
export function removeSharedClock(pid: number): void {
  for (const name of ['faketime_shm_', 'sem.faketime_sem_']) rmSync(`/dev/shm/${name}${pid}`, { force: true });
}
