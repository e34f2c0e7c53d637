import { wellFormed } from '@companion/foundation';
import type { Detection, Frame } from './frame.ts';

/**
 * Whether texts in a message can hold half a character (a lone surrogate): only JSON's `\u` can write one, also inside
 * other escapes, or a text that has one itself. Bytes of UTF-8 can't. A fast search, since most messages have neither.
 */
export function mayHoldHalves(text: string): boolean {
  return text.includes('\\u') || !text.isWellFormed();
}

/** The frame with U+FFFD for every half a character: no event, topic or report behind it could be sent with one. */
export function wellFormedFrame(frame: Frame): Frame {
  return { ...frame, sensor: wellFormed(frame.sensor), detections: frame.detections.map(wellFormedDetection) };
}

function wellFormedDetection(detection: Detection): Detection {
  const { trackId, label, eventType, parkingSpot } = detection;
  return {
    ...detection,
    trackId: trackId === null ? null : wellFormed(trackId),
    label: wellFormed(label),
    ...(eventType === undefined ? {} : { eventType: wellFormed(eventType) }),
    ...(parkingSpot === undefined ? {} : { parkingSpot: wellFormed(parkingSpot) }),
  };
}
