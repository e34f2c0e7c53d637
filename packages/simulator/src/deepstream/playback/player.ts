import { sleep, type Clock } from '@companion/foundation';
import type { RecordedObject } from '../recording/recording.ts';
import type { SourcePlan } from '../plan/source-plan.ts';

/** One frame as it plays. */
export interface PlayedFrame {
  readonly source: SourcePlan;
  /** Counts on when the file starts anew. */
  readonly frameNumber: number;
  /** Milliseconds since 1970; 0 at the first frame with objects, as real DeepStream often stamps it. */
  readonly timeMs: number;
  readonly objects: readonly RecordedObject[];
}

/** A source that has fallen this far behind (the process was stopped, say) plays on from now instead of hurrying after. */
const lateMs = 1000;

/**
 * Plays one source to its end, or again and again, in real time. A frame's stamp is the time at which it was due. When
 * a file starts anew its tracks get new ids, as no tracker uses an id twice.
 */
export async function playSource(options: {
  readonly source: SourcePlan;
  /** Frames a second; the recorded rate where undefined. */
  readonly fps: number | undefined;
  readonly loops: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onFrame: (frame: PlayedFrame) => void;
}): Promise<void> {
  const { source, loops, clock, signal, onFrame } = options;
  const { recording } = source;
  const periodMs = 1000 / (options.fps ?? recording.fps);
  const objectsOf = new Map(recording.frames.map((frame) => [frame.frame, frame.objects]));
  const idStep = firstFreeId(source);
  let startMs = clock.now();
  let stamped = false;
  for (let run = 0, frameNumber = 0; run === 0 || loops; run += 1) {
    for (let frame = 0; frame < recording.frameCount; frame += 1, frameNumber += 1) {
      const dueMs = startMs + frameNumber * periodMs;
      const waitMs = dueMs - clock.now();
      if (waitMs < -lateMs) startMs -= waitMs;
      // A wait of nothing still lets signals and the hub have their turn.
      await sleep(clock, Math.max(0, waitMs), signal);
      if (signal.aborted) return;
      const objects = (objectsOf.get(frame) ?? []).map((object) => ({
        ...object,
        id: object.id === null ? null : laterId(object.id, BigInt(run) * idStep),
      }));
      const timeMs = objects.length > 0 && !stamped ? 0 : Math.round(startMs + frameNumber * periodMs);
      stamped ||= objects.length > 0;
      onFrame({ source, frameNumber, timeMs, objects });
    }
  }
}

const decimal = /^\d{1,20}$/;

function firstFreeId({ recording }: SourcePlan): bigint {
  let free = 1n;
  for (const { objects } of recording.frames) {
    for (const { id } of objects) {
      if (id !== null && decimal.test(id) && BigInt(id) >= free) free = BigInt(id) + 1n;
    }
  }
  return free;
}

/** Ids are 64 bits wide and start at zero again when they run over. */
function laterId(id: string, by: bigint): string {
  return decimal.test(id) ? String(BigInt.asUintN(64, BigInt(id) + by)) : id;
}
