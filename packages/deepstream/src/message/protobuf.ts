import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import type { Box, Detection, Frame } from './frame.ts';
import { confidence, withoutReturn } from './minimal-object.ts';
import { fieldNumbers } from './nv-frame.ts';
import { reject } from './tally.ts';
import type { Tally } from './tally.ts';
import { readTrackId } from './track-id.ts';

/** `0001-01-01T00:00:00Z` to `9999-12-31T23:59:59Z`, the range of google.protobuf.Timestamp, in seconds since 1970. */
const firstSecond = -62_135_596_800;
const lastSecond = 253_402_300_799;

/**
 * Whether bytes start as an nv.Frame does: with its version in digits and dots, "4.0" in all releases. The tag is a
 * newline, but the length after it, 1 to 8, is a control character that no text has, so JSON is never taken for it.
 */
export function isProtobuf(bytes: Uint8Array): boolean {
  const length = bytes[1] ?? 0;
  if (bytes[0] !== 0x0a || length < 1 || length > 8 || bytes.length < 2 + length) return false;
  for (let at = 2; at < 2 + length; at += 1) {
    const code = bytes[at] ?? 0;
    if (code !== 46 && (code < 48 || code > 57)) return false;
  }
  return true;
}

/** Reads an nv.Frame (msg-conv-payload-type=2); undefined where it is broken, which the tally then says. Unknown fields are skipped. */
export function readProtobuf(bytes: Uint8Array, tally: Tally): Frame | undefined {
  const reader = new BinaryReader(bytes);
  try {
    return readFrame(reader, tally);
  } catch (error) {
    // Inner messages are read from their own bytes, so only the outer reader runs over the end of what came.
    if (error instanceof RangeError && reader.pos > reader.len) {
      reject(tally, 'truncated', () => 'a protobuf message that ends before it is complete', bytes.length);
    } else reject(tally, 'protobuf', () => 'starts as a protobuf message (nv.Frame) and goes on as none');
    return undefined;
  }
}

function readFrame(reader: BinaryReader, tally: Tally): Frame | undefined {
  let [versions, sensor, frameNumber, time] = [0, '', '', undefined as StampFields | undefined];
  const detections: Detection[] = [];
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (type !== WireType.LengthDelimited) reader.skip(type, field);
    else if (field === fieldNumbers.Frame.objects) detections.push(readObject(reader.bytes(), tally));
    else if (field === fieldNumbers.Frame.timestamp) time = readStamp(reader.bytes(), time);
    else if (field === fieldNumbers.Frame.sensorId) sensor = reader.string();
    else if (field === fieldNumbers.Frame.id) frameNumber = reader.string();
    else {
      if (field === fieldNumbers.Frame.version) versions += 1;
      reader.skip(type, field);
    }
  }
  if (versions > 1) {
    // Protobuf would merge them: the objects of all frames at the time of the last one.
    reject(tally, 'concatenated', () => 'several protobuf messages with nothing between them');
    return undefined;
  }
  const timeMs = time === undefined ? null : stampMs(time, tally);
  return {
    schema: 'protobuf',
    sensor,
    timeMs,
    frameNumber: /^\d+$/.test(frameNumber) ? frameNumber : null,
    detections,
  };
}

interface StampFields {
  readonly seconds: number;
  readonly nanos: number;
}

function readStamp(bytes: Uint8Array, known: StampFields | undefined): StampFields {
  let { seconds, nanos } = known ?? { seconds: 0, nanos: 0 };
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (type !== WireType.Varint) reader.skip(type, field);
    else if (field === fieldNumbers.Timestamp.seconds) seconds = Number(reader.int64());
    else if (field === fieldNumbers.Timestamp.nanos) nanos = reader.int32();
    else reader.skip(type, field);
  }
  return { seconds, nanos };
}

/** Whole milliseconds, the rest cut off as in the JSON schemas. */
function stampMs({ seconds, nanos }: StampFields, tally: Tally): number | null {
  if (seconds >= firstSecond && seconds <= lastSecond && nanos >= 0 && nanos <= 999_999_999) {
    return seconds * 1000 + Math.floor(nanos / 1e6);
  }
  tally.droppedNumbers += 1;
  return null;
}

function readObject(bytes: Uint8Array, tally: Tally): Detection {
  let [id, label, box, certainty] = ['', '', undefined as Box | undefined, 0];
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (type === WireType.Bit32 && field === fieldNumbers.Object.confidence) certainty = reader.float();
    else if (type !== WireType.LengthDelimited) reader.skip(type, field);
    else if (field === fieldNumbers.Object.id) id = reader.string();
    else if (field === fieldNumbers.Object.bbox) box = readBox(reader.bytes(), box);
    else if (field === fieldNumbers.Object.type) label = reader.string();
    else reader.skip(type, field);
  }
  return {
    trackId: readTrackId(id),
    label: withoutReturn(label),
    box: box === undefined ? null : finiteBox(box, tally),
    // Proto3 leaves zeros out, so an absent confidence is 0, which means none, as −0.1 does.
    confidence: confidence(certainty, tally),
  };
}

function readBox(bytes: Uint8Array, known: Box | undefined): Box {
  let { left, top, right, bottom } = known ?? { left: 0, top: 0, right: 0, bottom: 0 };
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [field, type] = reader.tag();
    if (type !== WireType.Bit32) reader.skip(type, field);
    else if (field === fieldNumbers.Bbox.leftX) left = reader.float();
    else if (field === fieldNumbers.Bbox.topY) top = reader.float();
    else if (field === fieldNumbers.Bbox.rightX) right = reader.float();
    else if (field === fieldNumbers.Bbox.bottomY) bottom = reader.float();
    else reader.skip(type, field);
  }
  return { left, top, right, bottom };
}

function finiteBox(box: Box, tally: Tally): Box | null {
  const bad = [box.left, box.top, box.right, box.bottom].filter((value) => !Number.isFinite(value)).length;
  tally.droppedNumbers += bad;
  return bad === 0 ? box : null;
}
