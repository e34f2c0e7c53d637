import type { Box, Detection } from '@companion/deepstream/message';

/** A detection that zones can use: its box has an area and its corners are in order. */
export interface Sighting {
  readonly label: string;
  /** Above 0; null where DeepStream sent none. */
  readonly confidence: number | null;
  readonly box: Box;
  /** Null where the detection is untracked or its id can't be believed. */
  readonly trackId: string | null;
}

/** A frame's pixels. */
export interface FrameSize {
  readonly width: number;
  readonly height: number;
}

/** Boxes of apps that normalize them end about here; a box of so few pixels is noise. */
const normalizedUpTo = 1.5;

/** No frame reaches so far: what does is a number gone wrong (DeepStream 4.0 writes −2³¹ for one that is none). */
const farthest = 1e6;

/** In frames of up to so many objects, comparing is cheaper than a set. */
const few = 32;

/**
 * The usable detections of one frame, in their order. DeepStream's id is kept where it is unique in the frame; one that
 * comes twice belongs to neither. `scale`: pixels of the frame, where boxes may come normalized.
 */
export function sightingsOf(detections: readonly Detection[], scale?: FrameSize): Sighting[] {
  const repeated = repeatedIds(detections);
  const sightings: Sighting[] = [];
  for (const { box, label, confidence, trackId } of detections) {
    const usable = box && usableBox(box, scale);
    if (usable === null) continue;
    const believed = trackId !== null && repeated?.has(trackId) ? null : trackId;
    sightings.push({ label, confidence: knownConfidence(confidence), box: usable, trackId: believed });
  }
  return sightings;
}

/** Null where DeepStream sent none: it then sends 0 (test5 up to 7.0, for all) or −0.1. */
export function knownConfidence(confidence: number | null): number | null {
  return confidence !== null && confidence > 0 ? confidence : null;
}

/** The ids that come more than once; null as a rule. */
function repeatedIds(detections: readonly Detection[]): ReadonlySet<string> | null {
  if (detections.length <= few && !anyRepeated(detections)) return null;
  const once = new Set<string>();
  const repeated = new Set<string>();
  for (const { trackId } of detections) {
    if (trackId === null) continue;
    if (once.has(trackId)) repeated.add(trackId);
    else once.add(trackId);
  }
  return repeated.size === 0 ? null : repeated;
}

function anyRepeated(detections: readonly Detection[]): boolean {
  for (let i = 1; i < detections.length; i++) {
    const trackId = detections[i]?.trackId;
    if (trackId == null) continue;
    for (let j = 0; j < i; j++) if (detections[j]?.trackId === trackId) return true;
  }
  return false;
}

function usableBox(box: Box, scale: FrameSize | undefined): Box | null {
  const { left, top, right, bottom } = box;
  if (isFar(left) || isFar(top) || isFar(right) || isFar(bottom)) return null;
  if (scale !== undefined && right <= normalizedUpTo && bottom <= normalizedUpTo) {
    const { width, height } = scale;
    return ordered({ left: left * width, top: top * height, right: right * width, bottom: bottom * height });
  }
  return left < right && top < bottom ? box : ordered(box);
}

function isFar(value: number): boolean {
  return value > farthest || value < -farthest;
}

function ordered({ left, top, right, bottom }: Box): Box | null {
  if (left === right || top === bottom) return null;
  return {
    left: Math.min(left, right),
    top: Math.min(top, bottom),
    right: Math.max(left, right),
    bottom: Math.max(top, bottom),
  };
}
