import { parseMessage, type RejectReason } from '@companion/deepstream/message';
import type { PipelineConfig } from '../model/config.ts';
import type { ZoneEvent } from '../model/event.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';

// Node and browsers both have it; this package compiles without either's types.
declare const TextEncoder: new () => { encode(input: string): Uint8Array };

/** What went through a replay. */
export interface ReplayStatistics {
  readonly messages: number;
  readonly bytes: number;
  /** Messages that brought nothing, and unreadable parts of the others, by reason. */
  readonly rejected: Readonly<Partial<Record<RejectReason, number>>>;
  /** Frames by sensor; in the full schema a frame may take many messages, and then each counts. */
  readonly frames: Readonly<Record<string, number>>;
  readonly detections: number;
  readonly events: Readonly<Record<string, number>>;
  /** The first and the newest credible stamp, milliseconds since 1970. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
}

/** Recorded messages through the module's own pipeline, as fast as it goes. */
export interface Replay {
  /** One message, or a file of them as `parseMessage` takes it. */
  message(body: Uint8Array | string): readonly ZoneEvent[];
  /** The recording is over: what waited for its turn. */
  end(): readonly ZoneEvent[];
  statistics(): ReplayStatistics;
  readonly pipeline: Pipeline;
}

/** DeepStream is younger; earlier stamps count from zero or come from a camera without a clock. */
const earliestMs = Date.UTC(2015, 0, 1);
const tickMs = 1_000;
/** Longer holes in a recording change nothing more: every sensor has been given up by then. */
const maxTicks = 3_600;
const manySensors = 1_000;

/**
 * Makes a replay. The recording's own stamps stand for the clock: it ticks once a second between them, so that silence
 * is what it was. Stamps beyond `latestMs` don't move it.
 */
export function createReplay(config: PipelineConfig, { latestMs }: { readonly latestMs: number }): Replay {
  const pipeline = createPipeline(config);
  const rejected = new Map<RejectReason, number>();
  const frames = new Map<string, number>();
  const events = new Map<string, number>();
  const total = { messages: 0, bytes: 0, detections: 0 };
  let fromMs: number | null = null;
  let nowMs: number | null = null;
  let tickedMs = 0;

  function tellTime(stampMs: number | null, made: ZoneEvent[]): number {
    const credible = stampMs !== null && stampMs >= earliestMs && stampMs <= latestMs;
    if (nowMs === null) {
      // Before the first good stamp any time will do: the sensor's clock is set by it.
      if (!credible) return earliestMs;
      nowMs = fromMs = tickedMs = stampMs;
    }
    if (credible && stampMs > nowMs) nowMs = stampMs;
    tickedMs = Math.max(tickedMs, nowMs - maxTicks * tickMs);
    // Not the last second: the frame at hand speaks for it.
    for (; tickedMs + tickMs < nowMs; tickedMs += tickMs) {
      made.push(...pipeline.step({ type: 'tick', nowMs: tickedMs + tickMs }));
    }
    return nowMs;
  }

  function counted(made: readonly ZoneEvent[]): readonly ZoneEvent[] {
    for (const { type } of made) raise(events, type, 1);
    return made;
  }

  return {
    pipeline,
    message(body) {
      total.messages++;
      total.bytes += typeof body === 'string' ? new TextEncoder().encode(body).byteLength : body.byteLength;
      const message = parseMessage(body);
      if (!message.ok) {
        raise(rejected, message.reason, 1);
        return [];
      }
      for (const [reason, count] of Object.entries(message.rejected)) raise(rejected, reason as RejectReason, count);
      const made: ZoneEvent[] = [];
      for (const frame of message.frames) {
        raise(frames, frames.has(frame.sensor) || frames.size < manySensors ? frame.sensor : 'other', 1);
        total.detections += frame.detections.length;
        const receivedMs = tellTime(frame.timeMs, made);
        made.push(...pipeline.step({ type: 'frame', frame, receivedMs }));
      }
      return counted(made);
    },
    end: () => counted(pipeline.step({ type: 'end' })),
    statistics: () => ({
      ...total,
      rejected: Object.fromEntries(rejected),
      frames: Object.fromEntries(frames),
      events: Object.fromEntries(events),
      fromMs,
      toMs: nowMs,
    }),
  };
}

function raise<K>(counts: Map<K, number>, key: K, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
