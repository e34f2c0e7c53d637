import { open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { clipBytes, wellFormed } from '@companion/foundation';
import type { VolumeLayout } from '../../volume/layout.ts';

/** So much of the newest output is read: more than it takes to say why an app ended. */
const readBytes = 32 * 1024;
const maxLineBytes = 200;
const maxErrors = 4;
const maxLast = 2;

/** How supervisor.sh marks what it says itself. */
const markPrefix = '== ';
const endMark = /^== end of start \d+:/;
const maxTries = 20;
const startMark = /^== start \d+ of release (\S+):/;
const noise = /^\*\*PERF|^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d [\d:]+ \d+$|^\s*$/;
const trouble = /error|fail|fatal|abort|exception|cannot|could not|unable|no such|not found|segmentation|cuda/i;

/**
 * What an app wrote since its newest start on a release, as far as it helps: the last lines that speak of trouble, and the
 * last ones of all, oldest first. Empty where an older supervisor keeps no output, or the newest start was on another release.
 */
export async function readTrouble(layout: VolumeLayout, release: string): Promise<readonly string[]> {
  return troubleIn(await readLines(layout), release);
}

/** The same of an app that has ended: its output may take a moment longer to get here than the news of its end. */
export async function readLastTrouble(layout: VolumeLayout, release: string): Promise<readonly string[]> {
  for (let tries = 0; ; tries++) {
    const lines = await readLines(layout);
    if (lines.length === 0 || tries === maxTries || endMark.test(lines.at(-1) ?? '')) return troubleIn(lines, release);
    await setTimeout(100);
  }
}

/** Chooses from all lines, oldest first. */
export function troubleIn(lines: readonly string[], release: string): readonly string[] {
  const start = lines.findLastIndex((line) => startMark.test(line));
  if (startMark.exec(lines[start] ?? '')?.[1] !== release) return [];
  const said = lines.slice(start + 1).filter((line) => !line.startsWith(markPrefix) && !noise.test(line));
  const chosen = new Set(said.flatMap((line, index) => (trouble.test(line) ? [index] : [])).slice(-maxErrors));
  for (let index = Math.max(0, said.length - maxLast); index < said.length; index++) chosen.add(index);
  const texts = [...chosen]
    .sort((a, b) => a - b)
    .map((index) => clipBytes(wellFormed(said[index] ?? ''), maxLineBytes));
  return texts.filter((text, index) => texts.indexOf(text) === index);
}

async function readLines(layout: VolumeLayout): Promise<string[]> {
  const [older, newer] = await Promise.all([readEnd(`${layout.appOutput}.1`), readEnd(layout.appOutput)]);
  return [...older, ...newer];
}

/** The last lines of a file; none where it is not there. */
async function readEnd(path: string): Promise<string[]> {
  const handle = await open(path).catch(() => undefined);
  if (handle === undefined) return [];
  try {
    const { size } = await handle.stat();
    const from = Math.max(0, size - readBytes);
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    return (from > 0 ? lines.slice(1) : lines).filter((line) => line !== '');
  } catch {
    return [];
  } finally {
    await handle.close();
  }
}
