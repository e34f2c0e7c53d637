import type { Box, Detection } from './frame.ts';
import { readNumber, readOddNumber } from './number-field.ts';
import type { Tally } from './tally.ts';
import { readTrackId } from './track-id.ts';

/**
 * Reads one entry of the minimal schema's `objects`: `id|left|top|right|bottom|label`, then, depending on version and
 * type, sections that each start with `#`. Only the first six fields are fixed. Null where the text is no such entry.
 */
export function readMinimalObject(text: string, tally: Tally): Detection | null {
  const left = text.indexOf('|') + 1;
  const top = text.indexOf('|', left) + 1;
  const right = text.indexOf('|', top) + 1;
  const bottom = text.indexOf('|', right) + 1;
  const label = text.indexOf('|', bottom) + 1;
  // indexOf starts over at 0 after a missing one, so a later start is no greater than an earlier one then.
  if (left === 0 || top <= left || right <= top || bottom <= right || label <= bottom) return null;

  const numbers: Box = {
    left: readNumber(text, left, top - 1),
    top: readNumber(text, top, right - 1),
    right: readNumber(text, right, bottom - 1),
    bottom: readNumber(text, bottom, label - 1),
  };
  let box: Box | null = numbers;
  if (Number.isNaN(numbers.left + numbers.top + numbers.right + numbers.bottom)) {
    const odd = readOddBox([
      text.slice(left, top - 1),
      text.slice(top, right - 1),
      text.slice(right, bottom - 1),
      text.slice(bottom, label - 1),
    ]);
    if (odd === null) return null;
    tally.droppedNumbers += odd.dropped;
    box = odd.box;
  }

  const labelEnd = text.indexOf('|', label);
  const trackId = readTrackId(text.slice(0, left - 1));
  if (labelEnd < 0) return { trackId, label: withoutReturn(text.slice(label)), box, confidence: null };
  const confidence = readConfidence(text, labelEnd, tally);
  return { trackId, label: withoutReturn(text.slice(label, labelEnd)), box, confidence };
}

/** A label without what is no part of it: labels come from label files line by line, and keep the carriage return of files with DOS line ends. */
export function withoutReturn(label: string): string {
  let end = label.length;
  while (end > 0 && label.charCodeAt(end - 1) === 13) end -= 1;
  return end === label.length ? label : label.slice(0, end);
}

function readOddBox(fields: readonly [string, string, string, string]): { box: Box | null; dropped: number } | null {
  const values = fields.map(readOddNumber);
  if (values.includes('no-number')) return null;
  const [left, top, right, bottom] = values.filter((value) => typeof value === 'number');
  const dropped = values.filter((value) => value === 'not-finite').length;
  if (left === undefined || top === undefined || right === undefined || bottom === undefined) {
    return { box: null, dropped };
  }
  return { box: { left, top, right, bottom }, dropped };
}

/** The confidence among the sections that start at `from`, the `|` after the label. */
function readConfidence(text: string, from: number, tally: Tally): number | null {
  if (text.charCodeAt(from + 1) !== 35 || text.charCodeAt(from + 2) !== 124) return null;
  const attributes = from + 3;
  const next = text.indexOf('#|', attributes);
  if (next < 0) return confidenceField(text, text.lastIndexOf('|') + 1, text.length, tally);
  // Attributes end with it; 9.1 puts a person's pose between them and it.
  const end = sectionEnd(text, attributes);
  const direct = confidenceField(text, text.lastIndexOf('|', end - 1) + 1, end, tally);
  if (direct !== null || !text.startsWith('|#|pose', end)) return direct;
  const poseEnd = sectionEnd(text, end + 3);
  return confidenceField(text, text.lastIndexOf('|', poseEnd - 1) + 1, poseEnd, tally);
}

/** Where the section that starts at `from` ends. 9.1 writes `#|SV3DT|` without a `|` before it. */
function sectionEnd(text: string, from: number): number {
  const next = text.indexOf('|#|', from - 1);
  const tracking = text.indexOf('#|SV3DT|', from);
  const end = next < 0 ? text.length : next;
  return tracking < 0 ? end : Math.min(end, tracking);
}

function confidenceField(text: string, start: number, end: number, tally: Tally): number | null {
  let value: number | 'not-finite' | 'no-number' = readNumber(text, start, end);
  if (Number.isNaN(value)) value = readOddNumber(text.slice(start, end));
  return value === 'no-number' ? null : confidence(value === 'not-finite' ? NaN : value, tally);
}

/**
 * A confidence as DeepStream sent it, or null where it sent none or one that is none (dropped). None is −0.1 from detectors
 * that cluster, and exactly 0 from test5 up to 7.0, which never sets it (nvdsmeta_schema.h zeroes it).
 */
export function confidence(value: number, tally: Tally): number | null {
  if (value > 0 && value <= 1) return value;
  if (value <= 0 && value >= -1) return null;
  tally.droppedNumbers += 1;
  return null;
}
