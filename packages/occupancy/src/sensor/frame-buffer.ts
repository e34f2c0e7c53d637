/*
 * Frames of one sensor, put in order of time. A frame waits until the sensor's time is `holdMs` past it, so that what
 * comes later but is older gets before it; what comes later than that is late and dropped. The full schema's messages of
 * one time become one frame here. Duplicates of what waits are dropped; duplicates of what has gone are late.
 */
import type { Detection, Frame } from '@companion/deepstream/message';
import { shiftMoment, type Moment } from '../model/moment.ts';

/** A frame that waits; plain JSON. */
export interface WaitingFrame {
  readonly at: Moment;
  readonly schema: Frame['schema'];
  readonly frameNumber: string | null;
  readonly detections: readonly Detection[];
}

/** Grows while messages of its time come; what goes out or into a checkpoint no longer does. */
interface GrowingFrame extends WaitingFrame {
  detections: Detection[];
}

/** What waits and how far it has got, as plain JSON. */
export interface FrameBufferState {
  readonly waiting: readonly WaitingFrame[];
  /** The time of the last frame taken; null before the first. */
  readonly doneMs: number | null;
}

/** Real recordings have half a second of disorder between the messages of one sensor, rarely a whole one. */
export const holdMs = 750;
/** More than any camera sends in that time; beyond it the oldest goes on. */
const maxWaiting = 256;
const maxDetections = 2_048;

/** What waits for one sensor. */
export class FrameBuffer {
  /** In order of time, then of frame numbers. */
  readonly #waiting: GrowingFrame[];
  /** The time of the last frame taken. */
  #doneMs: number;

  /** Empty, or as an earlier one was. */
  constructor(state?: FrameBufferState) {
    this.#waiting = (state?.waiting ?? []).map(copyOf);
    this.#doneMs = state?.doneMs ?? -Infinity;
  }

  /** Takes a frame; false if it is late or a duplicate. */
  add(at: Moment, frame: Frame): boolean {
    const waiting = this.#waiting;
    if (at.ms < this.#doneMs || (at.ms === this.#doneMs && frame.schema === 'full')) return false;
    let place = waiting.length;
    for (; place > 0; place--) {
      const before = waiting[place - 1];
      if (before === undefined || before.at.ms < at.ms) break;
      if (before.at.ms > at.ms) continue;
      if (frame.schema === 'full' && before.schema === 'full') return join(before, frame.detections);
      if (same(before, frame)) return false;
      if (!later(before, frame)) break;
    }
    const { schema, frameNumber, detections } = frame;
    const waits: GrowingFrame = { at, schema, frameNumber, detections: [...detections] };
    if (place === waiting.length) waiting.push(waits);
    else waiting.splice(place, 0, waits);
    return true;
  }

  /** The next frame whose turn has come at the sensor's time `atMs`; undefined if none. */
  take(atMs: number): WaitingFrame | undefined {
    const waiting = this.#waiting;
    const first = waiting[0];
    if (first === undefined || (first.at.ms > atMs - holdMs && waiting.length <= maxWaiting)) return undefined;
    waiting.shift();
    this.#doneMs = first.at.ms;
    if (first.detections.length > 1 && first.schema === 'full') first.detections.sort(compareDetections);
    return first;
  }

  /** Moves all times, after the sensor's clock was rebased. */
  shift(byMs: number): void {
    this.#doneMs += byMs;
    for (const [i, frame] of this.#waiting.entries()) {
      this.#waiting[i] = { ...frame, at: shiftMoment(frame.at, byMs) };
    }
  }

  state(): FrameBufferState {
    return {
      waiting: this.#waiting.map(copyOf),
      doneMs: Number.isFinite(this.#doneMs) ? this.#doneMs : null,
    };
  }
}

function copyOf(frame: WaitingFrame): GrowingFrame {
  return { ...frame, detections: [...frame.detections] };
}

function join(group: GrowingFrame, detections: readonly Detection[]): boolean {
  const before = group.detections.length;
  for (const detection of detections) {
    if (group.detections.length < maxDetections && !includes(group.detections, detection))
      group.detections.push(detection);
  }
  return group.detections.length > before;
}

function includes(detections: readonly Detection[], detection: Detection): boolean {
  for (const other of detections) if (compareDetections(detection, other) === 0) return true;
  return false;
}

/** One message delivered twice. Frames without numbers are told apart by what they show. */
function same(a: WaitingFrame, b: Frame): boolean {
  if (a.schema !== b.schema || a.frameNumber !== b.frameNumber || a.detections.length !== b.detections.length) {
    return false;
  }
  return a.detections.every((one, i) => {
    const other = b.detections[i];
    return other !== undefined && compareDetections(one, other) === 0;
  });
}

/** Stamps repeat: then the frame numbers say which frame was first. */
function later(a: WaitingFrame, b: Frame): boolean {
  const [first, second] = [a.frameNumber ?? '', b.frameNumber ?? ''];
  return first.length === second.length ? first > second : first.length > second.length;
}

/** Any order will do, as long as it does not depend on the order of arrival. */
function compareDetections(a: Detection, b: Detection): number {
  return (
    compare(a.trackId ?? '', b.trackId ?? '') ||
    compare(a.label, b.label) ||
    compare(a.box?.left ?? 0, b.box?.left ?? 0) ||
    compare(a.box?.top ?? 0, b.box?.top ?? 0) ||
    compare(a.box?.right ?? 0, b.box?.right ?? 0) ||
    compare(a.box?.bottom ?? 0, b.box?.bottom ?? 0) ||
    compare(a.confidence ?? -1, b.confidence ?? -1) ||
    compare(a.parkingSpot ?? '', b.parkingSpot ?? '') ||
    compare(a.eventType ?? '', b.eventType ?? '')
  );
}

function compare<T extends string | number>(a: T, b: T): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
