import type { JsonObject, JsonValue } from '@companion/foundation';
import * as z from 'zod';
import type { PipelineState } from '@companion/occupancy';
import type { Settings } from '../config/desired-state.ts';

/** What is written beside the events: the pipeline, the zones it works with, and when that was. */
export interface Checkpoint {
  /** Our own clock, milliseconds since 1970. */
  readonly takenMs: number;
  /** What was in force. */
  readonly settings: Pick<Settings, 'version' | 'inForceVersion' | 'config' | 'options' | 'rejected'>;
  readonly state: PipelineState;
  /** The newest stamp of each sensor, milliseconds since 1970: a source that can be asked again goes on behind it. */
  readonly stampsMs: Readonly<Record<string, number>>;
}

/** What a checkpoint is worth now. */
export type Restored =
  /** Go on as if nothing had been. */
  | { readonly kind: 'fresh'; readonly checkpoint: Checkpoint; readonly gapMs: number }
  /** Nobody watched for so long that the states say nothing any more; the zones are still good. */
  | { readonly kind: 'stale'; readonly checkpoint: Checkpoint; readonly gapMs: number }
  /** There is none, or one of another version of this module. */
  | { readonly kind: 'none' };

/** Rises with every change of the shape of PipelineState or Settings: an older state would be misread. */
const currentFormat = 2;
/**
 * A restart, an update or a reboot takes less, and most cars stay where they are meanwhile; after more than this, "still
 * the same car" would be a guess.
 */
const longGapMs = 600_000;

const checkpointSchema = z.strictObject({
  format: z.literal(currentFormat),
  takenMs: z.number(),
  settings: z.strictObject({
    version: z.number(),
    inForceVersion: z.number(),
    config: z.looseObject({ zones: z.array(z.unknown()) }),
    options: z.looseObject({}),
    rejected: z.record(z.string(), z.string()),
  }),
  state: z.looseObject({}),
  stampsMs: z.record(z.string(), z.number()),
});

/** The checkpoint as plain JSON. */
export function encodeCheckpoint({ takenMs, settings, state, stampsMs }: Checkpoint): JsonObject {
  const { version, inForceVersion, config, options, rejected } = settings;
  const inForce = { version, inForceVersion, config, options, rejected };
  return { format: currentFormat, takenMs, settings: inForce, state, stampsMs } as unknown as JsonObject;
}

/** Reads what `encodeCheckpoint` wrote. It lies checksummed on our own disk, so that its format's number is proof enough of its shape. */
export function restoreCheckpoint(value: JsonValue | undefined, nowMs: number): Restored {
  const parsed = checkpointSchema.safeParse(value);
  if (!parsed.success) return { kind: 'none' };
  const { takenMs, settings, state, stampsMs } = parsed.data;
  const checkpoint = { takenMs, settings, state, stampsMs } as unknown as Checkpoint;
  // A clock that was set back tells nothing about the gap; boards without a battery start in 1970 and jump later.
  const gapMs = Math.max(nowMs - checkpoint.takenMs, 0);
  return { kind: gapMs > longGapMs ? 'stale' : 'fresh', checkpoint, gapMs };
}
