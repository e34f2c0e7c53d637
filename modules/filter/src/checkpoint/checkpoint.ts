/*
 * What is written beside the events: the pipeline, the zones it works with, and when that was. A part that an older or a
 * newer version wrote otherwise costs only itself: the rest is kept, and what was left out is named.
 */
import { wellFormedJson, type Diagnostic, type JsonObject, type JsonValue } from '@companion/foundation';
import { readSavedPipeline, type PipelineState, type SavedPartCode } from '@companion/occupancy';
import * as z from 'zod';
import { nothingDesired, type DesiredState } from '../config/desired-state.ts';

/** All that is written. */
export interface Checkpoint {
  /** Our own clock, milliseconds since 1970. */
  readonly takenMs: number;
  /** What was in force. */
  readonly settings: Pick<DesiredState, 'version' | 'inForceVersion' | 'config' | 'options' | 'rejected'>;
  readonly state: PipelineState;
  /** The newest stamp of each sensor, milliseconds since 1970: a source that can be asked again goes on behind it. */
  readonly stampsMs: Readonly<Record<string, number>>;
}

/** What a checkpoint is worth now. */
export type Restored =
  /** `fresh`: go on as if nothing had been. `stale`: nobody watched for so long that the states say nothing any more; the zones are still good. */
  | {
      readonly kind: 'fresh' | 'stale';
      readonly checkpoint: Checkpoint;
      readonly gapMs: number;
      /** The parts that could not be read: paths below the checkpoint's. */
      readonly omitted: readonly Diagnostic<SavedPartCode | 'newer_format'>[];
    }
  /** There is none, or none that this version can read. */
  | { readonly kind: 'none' };

/** Rises when an older version would misread a part; parts that are only added are left out by it. */
const currentFormat = 2;
/**
 * A restart, an update or a reboot takes less, and most cars stay where they are meanwhile; after more than this, "still
 * the same car" would be a guess.
 */
const longGapMs = 600_000;

const checkpointSchema = z.object({
  format: z.int().min(currentFormat),
  takenMs: z.number(),
  settings: z.object({
    version: z.number(),
    inForceVersion: z.number(),
    config: z.unknown(),
    options: z.unknown(),
    rejected: z.record(z.string(), z.string()).catch({}),
  }),
  state: z.unknown(),
  stampsMs: z.record(z.string(), z.number()).catch({}),
});

const optionsSchema = z.object({
  zonesFile: z.string().nullable(),
  snapshotEveryMs: z.number(),
  format: z.enum(['cloudevents', 'nvidia']),
});

/** The checkpoint as plain JSON. */
export function encodeCheckpoint({ takenMs, settings, state, stampsMs }: Checkpoint): JsonObject {
  const { version, inForceVersion, config, options, rejected } = settings;
  const inForce = { version, inForceVersion, config, options, rejected };
  return { format: currentFormat, takenMs, settings: inForce, state, stampsMs } as unknown as JsonObject;
}

/** Reads what `encodeCheckpoint` wrote, in this version or another. */
export function restoreCheckpoint(value: JsonValue | undefined, nowMs: number): Restored {
  // Versions up to 0.1 took names with half a character, which no event could be sent with.
  const parsed = checkpointSchema.safeParse(value === undefined ? undefined : wellFormedJson(value));
  if (!parsed.success) return { kind: 'none' };
  const { format, takenMs, settings, state, stampsMs } = parsed.data;
  const { version, inForceVersion, rejected } = settings;
  const saved = readSavedPipeline(settings.config, state);
  const omitted: Diagnostic<SavedPartCode | 'newer_format'>[] = [...saved.omitted];
  const options = optionsSchema.safeParse(settings.options);
  if (!options.success) omitted.unshift(diagnostic('unreadable', 'options', 'are the defaults until a twin comes'));
  if (format > currentFormat) {
    omitted.unshift(diagnostic('newer_format', 'format', `is ${format}, newer than this version's ${currentFormat}`));
  }
  // A clock that was set back tells nothing about the gap; boards without a battery start in 1970 and jump later.
  const gapMs = Math.max(nowMs - takenMs, 0);
  const inForce = { version, inForceVersion, config: saved.config, rejected };
  return {
    kind: gapMs > longGapMs ? 'stale' : 'fresh',
    checkpoint: {
      takenMs,
      settings: { ...inForce, options: options.success ? options.data : nothingDesired.options },
      state: saved.state,
      stampsMs,
    },
    gapMs,
    omitted,
  };
}

function diagnostic<Code extends string>(code: Code, field: string, message: string): Diagnostic<Code> {
  return { severity: 'warning', code, at: { path: [field] }, message };
}
