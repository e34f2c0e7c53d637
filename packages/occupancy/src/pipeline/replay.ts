import { parseMessage, type RejectReason } from '@companion/deepstream/message';
import { utf8Length } from '@companion/foundation';
import { Pipeline, type PipelineConfig, type ZoneEvent } from './pipeline.ts';

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

/** DeepStream is younger; earlier stamps count from zero or come from a camera without a clock. */
const earliestMs = Date.UTC(2015, 0, 1);
const tickMs = 1_000;
/** Longer holes in a recording change nothing more: every sensor has been given up by then. */
const maxTicks = 3_600;
const manySensors = 1_000;

/**
 * Recorded messages through the module's own pipeline, as fast as it goes. The recording's own stamps stand for the clock:
 * it ticks once a second between them, so that silence is what it was.
 */
export class Replay {
  readonly pipeline: Pipeline;
  /** Stamps beyond it don't move the clock. */
  readonly #latestMs: number;
  readonly #rejected = new Map<RejectReason, number>();
  readonly #frames = new Map<string, number>();
  readonly #events = new Map<string, number>();
  #messages = 0;
  #bytes = 0;
  #detections = 0;
  /** The first credible stamp. */
  #fromMs: number | null = null;
  /** The newest credible stamp. */
  #nowMs: number | null = null;
  #tickedMs = 0;

  constructor(config: PipelineConfig, { latestMs }: { readonly latestMs: number }) {
    this.pipeline = new Pipeline(config);
    this.#latestMs = latestMs;
  }

  /** One message, or a file of them as `parseMessage` takes it. */
  message(body: Uint8Array | string): readonly ZoneEvent[] {
    this.#messages++;
    this.#bytes += typeof body === 'string' ? utf8Length(body) : body.byteLength;
    const message = parseMessage(body, { limits: 'none' });
    if (!message.ok) {
      raise(this.#rejected, message.reason, 1);
      return [];
    }
    for (const [reason, count] of Object.entries(message.rejected)) {
      raise(this.#rejected, reason as RejectReason, count);
    }
    const made: ZoneEvent[] = [];
    for (const { sensor, severity, text } of message.faults ?? []) {
      if (sensor === null) continue;
      made.push(...this.pipeline.step({ type: 'fault', sensor, fault: { critical: severity === 'critical', text } }));
    }
    for (const frame of message.frames) {
      const known = this.#frames.has(frame.sensor) || this.#frames.size < manySensors;
      raise(this.#frames, known ? frame.sensor : 'other', 1);
      this.#detections += frame.detections.length;
      const receivedMs = this.#tellTime(frame.timeMs, made);
      made.push(...this.pipeline.step({ type: 'frame', frame, receivedMs }));
    }
    return this.#counted(made);
  }

  /** The recording is over: what waited for its turn. */
  end(): readonly ZoneEvent[] {
    return this.#counted(this.pipeline.step({ type: 'end' }));
  }

  statistics(): ReplayStatistics {
    return {
      messages: this.#messages,
      bytes: this.#bytes,
      detections: this.#detections,
      rejected: Object.fromEntries(this.#rejected),
      frames: Object.fromEntries(this.#frames),
      events: Object.fromEntries(this.#events),
      fromMs: this.#fromMs,
      toMs: this.#nowMs,
    };
  }

  /** Ticks up to a frame, and gives the time of its receipt. */
  #tellTime(stampMs: number | null, made: ZoneEvent[]): number {
    const credible = stampMs !== null && stampMs >= earliestMs && stampMs <= this.#latestMs;
    if (this.#nowMs === null) {
      // Before the first good stamp any time will do: the sensor's clock is set by it.
      if (!credible) return earliestMs;
      this.#nowMs = this.#fromMs = this.#tickedMs = stampMs;
    }
    const nowMs = credible ? Math.max(stampMs, this.#nowMs) : this.#nowMs;
    this.#nowMs = nowMs;
    this.#tickedMs = Math.max(this.#tickedMs, nowMs - maxTicks * tickMs);
    // Not the last second: the frame at hand speaks for it.
    for (; this.#tickedMs + tickMs < nowMs; this.#tickedMs += tickMs) {
      made.push(...this.pipeline.step({ type: 'tick', nowMs: this.#tickedMs + tickMs }));
    }
    return nowMs;
  }

  #counted(made: readonly ZoneEvent[]): readonly ZoneEvent[] {
    for (const { type } of made) raise(this.#events, type, 1);
    return made;
  }
}
function raise<K>(counts: Map<K, number>, key: K, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by);
}
