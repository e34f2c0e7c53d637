import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodeMinimal } from '@companion/deepstream/message';
import type { JsonObject } from '@companion/foundation';
import { sha256 } from '@companion/foundation/node';
import { create } from 'tar';
import { writeFile } from 'node:fs/promises';

/** What the twin of artifacts may ask for: two releases that work, one that ends DeepStream at once, one whose download is under way. */
export type Version = 'first' | 'second' | 'crash' | 'next';

/** Of `next`'s model this much had come when the older version was ended. */
export const partBytes = 6_000;

/** The bytes of all downloads by their file name; the same each time, on any machine. */
export async function makeDownloads(): Promise<ReadonlyMap<string, Buffer>> {
  const folder = await mkdtemp(join(tmpdir(), 'upgrade-'));
  const files = new Map<string, Buffer>([['next.bin', Buffer.from('next '.repeat(300_000))]]);
  try {
    for (const version of ['first', 'second', 'crash', 'next']) {
      files.set(`${version}.txt`, Buffer.from(`# ${version}\n[tests]\nfile-loop=0\n`));
      if (version === 'next') continue;
      await writeFile(join(folder, 'weights.bin'), `${version} `.repeat(200));
      await writeFile(join(folder, 'labels.txt'), version);
      const file = join(folder, `${version}.tar`);
      const options = { cwd: folder, file, portable: true, mtime: new Date(0) };
      await create(options, ['labels.txt', 'weights.bin']);
      files.set(`${version}.tar`, await readFile(file));
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return files;
}

/** Desired properties of artifacts. */
export function artifactsTwin(version: Version, downloads: ReadonlyMap<string, Buffer>, base: string): JsonObject {
  const artifact = (kind: string, name: string): JsonObject => {
    const body = downloads.get(name) ?? Buffer.alloc(0);
    return { kind, url: `${base}/${name}`, sha256: sha256(body), sizeBytes: body.length };
  };
  return {
    artifacts: {
      net: artifact('model', version === 'next' ? 'next.bin' : `${version}.tar`),
      app: artifact('config', `${version}.txt`),
    },
    deepstream: {
      config: `configs/app/${version}.txt`,
      edits: { loop: { group: 'tests', set: { 'file-loop': 1 } } },
      activate: { healthyAfterSec: 3, giveUpAfterSec: 8 },
    },
    policy: { freeBytesFloor: 0 },
  };
}

const sensor = 'Yard';
const spotNames = ['A1', 'A2', 'A3'] as const;
export type Spot = (typeof spotNames)[number];

/** Desired properties of filter: three spots beside each other. */
export const filterTwin: JsonObject = {
  zones: Object.fromEntries(
    spotNames.map((name, n) => {
      const left = 10 + n * 100;
      return [name, { kind: 'spot', sensor, polygon: [left, 100, left + 80, 100, left + 80, 160, left, 160] }];
    }),
  ),
  defaults: { enterAfterMs: 1_000, leaveAfterMs: 1_000, staleAfterMs: 600_000, silence: 'keep' },
};

const startMs = Date.UTC(2024, 0, 1);
const frameMs = 200;

/** A camera's messages from one second of the story to another, with a car on each of these spots. */
export function look(fromSec: number, toSec: number, cars: readonly Spot[]): readonly string[] {
  const messages: string[] = [];
  for (let ms = fromSec * 1000; ms < toSec * 1000; ms += frameMs) {
    const detections = cars.map((spot) => {
      const left = 12 + spotNames.indexOf(spot) * 100;
      const box = { left, top: 102, right: left + 76, bottom: 158 };
      return { trackId: String(spotNames.indexOf(spot) + 1), label: 'Car', confidence: 0.9, box };
    });
    // A bystander on no spot: DeepStream makes a message of a frame only if something is in it.
    const box = { left: 900, top: 900, right: 960, bottom: 940 };
    detections.push({ trackId: '99', label: 'Car', confidence: 0.9, box });
    messages.push(encodeMinimal({ sensor, timeMs: startMs + ms, frameNumber: String(ms), detections }));
  }
  return messages;
}
