import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject, JsonValue } from '@companion/foundation';
import { sha256 } from '@companion/foundation/node';
import type { Demo } from '@companion/simulator';
import { demoZones } from '@companion/simulator/testing';
import { create } from 'tar';

/** What the twin may wish for: a scene for DeepStream to play, or a mistake. */
export const wishes = [
  'a',
  'b',
  'c',
  'a',
  'b',
  'c',
  'wrong',
  'broken',
  'mismatch',
  'missing',
  'noConfig',
  'nothing',
] as const;
export type Wish = (typeof wishes)[number];
export type Scene = 'a' | 'b' | 'c';

/** Which spots are taken in a scene, from its first frame to its last: so the truth survives detections that are lost. */
export const takenIn: Readonly<Record<Scene, readonly string[]>> = {
  a: ['A1', 'A3'],
  b: ['A2', 'A4'],
  c: ['A1', 'A2', 'A5', 'A6'],
};

export const spotNames: readonly string[] = Object.keys(demoZones());

const fps = 5;
const frames = 300;

/** Desired properties of filter at the beginning: quick to see, and quick to miss a camera. */
export function filterTwin(): JsonObject {
  return {
    zones: demoZones() as unknown as JsonObject,
    defaults: { classes: ['Car'], enterAfterMs: 600, leaveAfterMs: 900, staleAfterMs: 8_000 },
  };
}

/** The downloads of all wishes, on the demo's server. */
export class Releases {
  readonly #demo: Demo;
  readonly #files: ReadonlyMap<string, Buffer>;

  private constructor(demo: Demo, files: ReadonlyMap<string, Buffer>) {
    this.#demo = demo;
    this.#files = files;
  }

  /** Writes what is missing into the folder that the demo serves. */
  static async make(demo: Demo, folder: string): Promise<Releases> {
    const files = new Map<string, Buffer>([
      ['broken.tar.gz', Buffer.concat([Buffer.from([0x1f, 0x8b]), Buffer.alloc(500, 'no archive')])],
    ]);
    for (const scene of Object.keys(takenIn) as Scene[]) {
      const name = `scene-${scene}.tar.gz`;
      const place = join(folder, `scene-${scene}`);
      await mkdir(place);
      await writeFile(join(place, 'yard.y4m'), 'YUV4MPEG2 W320 H180 F5:1 Ip A1:1 C420jpeg\n');
      await writeFile(join(place, 'yard.detections.jsonl'), recordingOf(scene));
      await create({ cwd: place, file: join(folder, name), gzip: true, portable: true, mtime: new Date(0) }, [
        'yard.detections.jsonl',
        'yard.y4m',
      ]);
      files.set(name, await readFile(join(folder, name)));
      await rm(place, { recursive: true });
    }
    await writeFile(join(folder, 'broken.tar.gz'), files.get('broken.tar.gz') ?? '');
    return new Releases(demo, files);
  }

  /** The patch that makes the twin wish for this; `mark` makes another release of the same scene. */
  patch(wish: Wish, mark: number): JsonObject {
    if (wish === 'nothing') return { artifacts: null, deepstream: null };
    const entries = this.#demo.artifacts
      .filter(({ name }) => name !== 'yard')
      .map(({ name, kind, file, sha256: digest, sizeBytes }): [string, JsonValue] => [
        name,
        { kind, url: this.#demo.urlOf({ file }), sha256: digest, sizeBytes },
      ]);
    return {
      artifacts: { ...Object.fromEntries(entries), yard: this.#stream(wish) },
      deepstream: {
        config: wish === 'noConfig' ? 'configs/carpark/none.txt' : 'configs/carpark/test5_config_carpark.txt',
        edits: { chaos: { group: 'tests', set: { 'file-loop': 1, mark } } },
        activate: { by: 'supervisor', healthyAfterSec: 2, giveUpAfterSec: 20 },
      },
      policy: { freeBytesFloor: 0 },
    };
  }

  /** What a file of the newest release must hold, by its path in the release; for a scene. */
  recordingOf(scene: Scene): string {
    return recordingOf(scene);
  }

  #stream(wish: Wish): JsonObject {
    const of = (file: string, digest: string, sizeBytes?: number): JsonObject => ({
      kind: 'stream',
      url: this.#demo.urlOf({ file }),
      sha256: digest,
      sizeBytes: sizeBytes ?? null,
    });
    const scene = wish === 'b' || wish === 'c' ? wish : 'a';
    const name = `scene-${scene}.tar.gz`;
    const body = this.#files.get(name) ?? Buffer.alloc(0);
    switch (wish) {
      case 'wrong':
        return of(name, 'wrong');
      case 'broken': {
        const broken = this.#files.get('broken.tar.gz') ?? Buffer.alloc(0);
        return of('broken.tar.gz', sha256(broken), broken.length);
      }
      case 'mismatch':
        return of(name, sha256('something else'));
      case 'missing':
        return of('missing.tar.gz', sha256('missing'));
      default:
        return of(name, sha256(body), body.length);
    }
  }
}

/** As the stand-in plays it: cars that stand. */
function recordingOf(scene: Scene): string {
  const zones = demoZones();
  const objects = takenIn[scene].map((spot, index) => {
    const { polygon } = zones[spot as keyof typeof zones];
    const xs = polygon.filter((_, at) => at % 2 === 0);
    const ys = polygon.filter((_, at) => at % 2 === 1);
    const box = [Math.min(...xs) + 40, Math.min(...ys) + 50, Math.max(...xs) - 40, Math.max(...ys) - 20];
    return { id: String(index + 1), label: 'Car', box, confidence: 0.9 };
  });
  const header = { format: 'companion-detections/1', sensor: 'Yard', fps, width: 1920, height: 1080, frames };
  const lines = [header, ...Array.from({ length: frames }, (_, frame) => ({ frame, objects }))];
  return lines.map((line) => `${JSON.stringify(line)}\n`).join('');
}
