/* How checkpoints hold a sensor. Unknown fields are left out: a newer version may have written them. */
import * as z from 'zod';
import { savedBox, savedConfidence, savedMoment, savedSighting } from '../zones/common/saved-fields.ts';
import type { SensorState } from './sensor.ts';

const clock = z.object({
  anchored: z.boolean(),
  atMs: z.number(),
  frame: savedMoment,
  baseMs: z.number(),
  baseAgeMs: z.number(),
  lateFrames: z.number(),
  silentMs: z.number(),
  wallMs: z.number(),
});

const waitingFrame = z.object({
  at: savedMoment,
  schema: z.enum(['full', 'minimal', 'protobuf']),
  frameNumber: z.string().nullable(),
  detections: z.array(
    z.object({
      trackId: z.string().nullable(),
      label: z.string(),
      box: savedBox.nullable(),
      confidence: savedConfidence,
      eventType: z.exactOptional(z.string()),
      parkingSpot: z.exactOptional(z.string()),
    }),
  ),
});

const track = z.object({
  id: z.number(),
  sourceId: z.string().nullable(),
  label: z.string(),
  seen: savedSighting,
  lastMs: z.number(),
  sightings: z.number(),
  velocityX: z.number(),
  velocityY: z.number(),
});

/** What a checkpoint remembers of a sensor. */
export const savedSensorState: z.ZodType<SensorState> = z.object({
  clock: clock.nullable(),
  liveness: z.enum(['alive', 'lost']),
  since: savedMoment.nullable(),
  buffer: z.object({ waiting: z.array(waitingFrame), doneMs: z.number().nullable() }),
  tracker: z.object({ nextId: z.number(), tracks: z.array(track) }).nullable(),
  frames: z.number(),
  dropped: z.number(),
  emptyFrames: z.exactOptional(z.object({ arrive: z.boolean(), inRow: z.number(), lastMs: z.number() })),
  fault: z.exactOptional(z.object({ critical: z.boolean(), text: z.string() })),
});
