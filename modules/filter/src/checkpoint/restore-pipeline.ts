import type { Log } from '@companion/edge';
import { formatDiagnostic, type JsonValue } from '@companion/foundation';
import { Pipeline, type ZoneEvent } from '@companion/occupancy';
import { nothingDesired, type DesiredState } from '../config/desired-state.ts';
import { restoreCheckpoint } from './checkpoint.ts';

/** A line of the log must not hold the whole checkpoint. */
const maxListed = 30;

/** A pipeline to go on with, and the settings that it works by until a twin comes. */
export interface RestoredPipeline {
  readonly pipeline: Pipeline;
  readonly settings: DesiredState;
  /** What the gap itself brought: zones that nobody has watched for long are unknown. */
  readonly events: readonly ZoneEvent[];
  /** The newest stamps that the pipeline has seen, by sensor. */
  readonly stampsMs: Readonly<Record<string, number>>;
}

/**
 * Goes on where the checkpoint stands. Its zones are in force at once: detections may come before the twin does. After a
 * long gap the zones are kept, and their states are unknown until something is seen.
 */
export function restorePipeline(checkpoint: JsonValue | undefined, nowMs: number, log: Log): RestoredPipeline {
  const restored = restoreCheckpoint(checkpoint, nowMs);
  if (restored.kind === 'none') {
    if (checkpoint !== undefined) log.warn('the checkpoint can’t be read by this version; all states are unknown');
    return blank();
  }
  const { settings, state, stampsMs } = restored.checkpoint;
  if (restored.omitted.length > 0) {
    const parts = restored.omitted.slice(0, maxListed).map(formatDiagnostic);
    log.warn({ omitted: restored.omitted.length, parts }, 'parts of the checkpoint can’t be read; the rest is kept');
  }
  const { config } = settings;
  try {
    const pipeline = new Pipeline(config, state);
    const events = restored.kind === 'stale' ? pipeline.step({ type: 'gap' }) : [];
    const { kind, gapMs } = restored;
    log.info({ kind, gapMs, zones: config.zones.length }, 'going on from the checkpoint');
    return { pipeline, settings: { ...settings, mistakes: [] }, events, stampsMs };
  } catch (error) {
    log.error({ err: error }, 'the checkpoint can’t be used; all states are unknown');
    return blank();
  }
}

function blank(): RestoredPipeline {
  return { pipeline: new Pipeline(nothingDesired.config), settings: nothingDesired, events: [], stampsMs: {} };
}
