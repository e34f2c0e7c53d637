import type { RecordedFrame, RecordedObject, Recording } from '../../deepstream/recording/recording.ts';
import { frameSize, demoSensor } from './layout.ts';
import { createRandom } from './random.ts';
import type { Random } from './random.ts';
import { sceneMs, boxAt, writeScript } from './script.ts';
import type { Actor, SceneTruth } from './script.ts';

/** A scene: what happens, and what a detector and a tracker make of it. */
export interface Scene {
  readonly actors: readonly Actor[];
  readonly truth: SceneTruth;
  readonly recording: Recording;
}

const missedShare = 0.02;
const missedMs = 500;
const jitterPixels = 2;

/** Makes the demo's scene. Same seed and frame rate, same scene; `fps` is frames a second, by default 10. */
export function makeScene({ seed, fps = 10 }: { seed: number; fps?: number }): Scene {
  const random = createRandom(seed);
  const { actors, truth } = writeScript(random);
  const tracker = createTracker();
  const frameCount = Math.floor((sceneMs * fps) / 1000);
  const frames = Array.from({ length: frameCount }, (_, frame): RecordedFrame => {
    const atMs = (frame * 1000) / fps;
    const objects = actors.flatMap((actor) => detect({ actor, atMs, random, tracker }));
    return { frame, objects };
  });
  return { actors, truth, recording: { sensor: demoSensor, fps, ...frameSize, frameCount, frames } };
}

interface Tracker {
  /** The id of a track; one that is not known yet gets the next number. */
  idOf(track: string): string;
}

function createTracker(): Tracker {
  const ids = new Map<string, string>();
  return {
    idOf: (track) => {
      const id = ids.get(track) ?? String(ids.size + 1);
      ids.set(track, id);
      return id;
    },
  };
}

interface Sight {
  readonly actor: Actor;
  readonly atMs: number;
  readonly random: Random;
  readonly tracker: Tracker;
}

function detect({ actor, atMs, random, tracker }: Sight): RecordedObject[] {
  const box = boxAt(actor, atMs);
  if (box === undefined) return [];
  // Drawn before anything is decided, so that one missed frame does not change all the later ones.
  const chance = random.next();
  const jitter = (): number => Math.round(random.between(-jitterPixels, jitterPixels));
  const seen: RecordedObject['box'] = [
    Math.round(box[0]) + jitter(),
    Math.round(box[1]) + jitter(),
    Math.round(box[2]) + jitter(),
    Math.round(box[3]) + jitter(),
  ];
  const confidence = Math.round(100 * (actor.label === 'Car' ? random.between(0.72, 0.97) : random.between(0.5, 0.8)));
  const { missedFromMs: gap, switchesIdAtMs: change } = actor;
  const hidden = gap !== undefined && atMs >= gap && atMs < gap + missedMs;
  if (hidden || chance < missedShare) return [];
  const switched = change !== undefined && atMs >= change;
  const id = tracker.idOf(`${actor.path[0]?.atMs ?? 0}/${actor.colour.join()}/${switched ? 'again' : 'first'}`);
  return [{ id, label: actor.label, box: seen, confidence: confidence / 100 }];
}
