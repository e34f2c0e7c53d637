import { mkdir, mkdtemp, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { delay } from '@companion/foundation';
import { sha256 } from '@companion/foundation/node';
import { FastClock } from '@companion/foundation/testing';
import { pino } from 'pino';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { VolumeLayout } from '../volume/layout.ts';
import { openVolume } from '../volume/open-volume.ts';
import { readManifest } from './manifest.ts';
import { Scrubber } from './scrubber.ts';
import { placeInStore } from './store.ts';

const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
const content = 'x'.repeat(1_000_000);

let layout: VolumeLayout;
let scrubber: Scrubber | undefined;
let found: number;
beforeEach(async () => {
  layout = await openVolume(await mkdtemp(join(tmpdir(), 'scrub-')));
  found = 0;
  for (const digest of [a, b]) {
    const staging = join(layout.staging, digest);
    await mkdir(staging);
    await writeFile(join(staging, 'net.onnx'), content);
    const files = [{ path: 'net.onnx', sha256: sha256(content) }];
    await placeInStore(layout, { staging, sha256: digest, kind: 'file', fileName: 'net.onnx', files });
  }
});
afterEach(async () => {
  await scrubber?.stop();
  await rm(layout.root, { recursive: true, force: true });
});

function start(bytesPerSec: number, clock = new FastClock(100)): void {
  scrubber = new Scrubber({
    layout,
    clock,
    log: pino({ level: 'silent' }),
    bytesPerSec: () => bytesPerSec,
    onDamage: () => {
      found += 1;
    },
  });
  scrubber.start();
}
/** Another byte, with size and time as they were. */
async function rot(digest: string): Promise<void> {
  const file = join(layout.store, digest, 'net.onnx');
  const { atime, mtime } = await stat(file);
  await writeFile(file, content.replace('x', 'y'));
  await utimes(file, atime, mtime);
}
const damaged = async (digest: string): Promise<boolean | undefined> => (await readManifest(layout, digest))?.damaged;
const position = (): Promise<string> => readFile(join(layout.manifests, 'scrub.json'), 'utf8').catch(() => '');
const roundDone = (): Promise<void> =>
  vi.waitFor(async () => expect(await position()).toContain('doneMs'), { timeout: 10_000, interval: 10 });

test('rot is found by reading, no faster than the policy allows', async () => {
  await rot(b);
  const clock = new FastClock(100);
  const beganMs = clock.monotonicMs();
  start(1_000_000, clock);
  await roundDone();
  expect(clock.monotonicMs() - beganMs).toBeGreaterThan(1_900);
  expect([await damaged(a), await damaged(b), found]).toEqual([false, true, 1]);
});

test('a round that was cut goes on where it was, and one that is done is not begun again by a restart', async () => {
  await rot(a);
  await rot(b);
  await writeFile(join(layout.manifests, 'scrub.json'), JSON.stringify({ after: `${a}/net.onnx` }));
  start(100_000_000);
  await roundDone();
  expect([await damaged(a), await damaged(b)]).toEqual([false, true]);
  await scrubber?.stop();
  const before = await position();
  const clock = new FastClock(10_000);
  start(100_000_000, clock);
  await delay(clock, 3_600_000, new AbortController().signal);
  expect([await damaged(a), await position()]).toEqual([false, before]);
});

test('is abortable, and reads nothing at a rate of 0', async () => {
  await rot(a);
  start(1);
  await scrubber?.stop();
  start(0);
  await scrubber?.stop();
  expect([await damaged(a), await position()]).toEqual([false, '']);
});
