import type { Box, Detection, Frame } from './frame.ts';
import { printJson, printSignificant } from './json-glib.ts';
import { formatTimestamp } from './timestamp.ts';
import { untracked } from './track-id.ts';

/**
 * Writes a frame in the minimal schema as DeepStream 9.1's converter does: pretty-printed, the frame number as a string,
 * numbers with six significant digits, so that 1234.567 becomes 1234.57. Not held: `eventType`, `parkingSpot`, and a
 * `|` in an id or a label. A missing stamp or frame number becomes null, a missing box four times `nan`.
 */
export function encodeMinimal(frame: Omit<Frame, 'schema'>): string {
  return printJson({
    version: '4.0',
    id: frame.frameNumber,
    '@timestamp': frame.timeMs === null ? null : formatTimestamp(frame.timeMs),
    sensorId: frame.sensor,
    objects: frame.detections.map(printObject),
  });
}

const noBox: Box = { left: NaN, top: NaN, right: NaN, bottom: NaN };

function printObject({ trackId, label, box, confidence }: Detection): string {
  const { left, top, right, bottom } = box ?? noBox;
  const numbers = [left, top, right, bottom].map((value) => printSignificant(value, 6));
  const fixed = [trackId ?? untracked, ...numbers, label].join('|');
  // Without attributes 9.1 writes six empty ones, and versions up to 6.1, which knew no confidence then, nothing.
  return confidence === null ? fixed : `${fixed}|#|||||||${printSignificant(confidence, 6)}`;
}
