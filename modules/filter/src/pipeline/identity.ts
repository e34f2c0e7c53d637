import type { Box, Detection } from '@companion/deepstream/message';

/** A detection that zones can use: its box has an area and its corners are in order. */
export interface Sighting {
  readonly label: string;
  readonly confidence: number | null;
  readonly box: Box;
  /** Null where the detection is untracked or its id can't be believed. */
  readonly trackId: string | null;
}

/**
 * Gives the detections of one frame an identity. DeepStream's id is taken where it is unique in the frame; an id that
 * comes twice belongs to neither. Spots don't rest on ids at all, so that a switch of ids can't move them.
 */
export function identify(detections: readonly Detection[]): readonly Sighting[] {
  const repeated = repeatedIds(detections);
  const sightings: Sighting[] = [];
  for (const { box, label, confidence, trackId } of detections) {
    if (box === null) continue;
    const ordered = orderedBox(box);
    if (ordered.left === ordered.right || ordered.top === ordered.bottom) continue;
    const believed = trackId !== null && !repeated.has(trackId) ? trackId : null;
    sightings.push({ label, confidence, box: ordered, trackId: believed });
  }
  return sightings;
}

function repeatedIds(detections: readonly Detection[]): ReadonlySet<string> {
  const seen = new Set<string>();
  const repeated = new Set<string>();
  for (const { trackId } of detections) {
    if (trackId === null) continue;
    if (seen.has(trackId)) repeated.add(trackId);
    seen.add(trackId);
  }
  return repeated;
}

function orderedBox(box: Box): Box {
  return {
    left: Math.min(box.left, box.right),
    top: Math.min(box.top, box.bottom),
    right: Math.max(box.left, box.right),
    bottom: Math.max(box.top, box.bottom),
  };
}
