import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import type { Box, Detection, Frame } from './frame.ts';
import { fieldNumbers } from './nv-frame.ts';
import { untracked } from './track-id.ts';

/** A detection with attributes, in the order in which they are written; a reader of ours skips them. */
export interface DescribedDetection extends Detection {
  readonly info?: readonly (readonly [name: string, value: string])[];
}

/**
 * Writes a frame as DeepStream's converter does with msg-conv-payload-type=2: one nv.Frame, coordinates and confidence
 * as 32-bit floats (1.1 becomes 1.10000002…, beyond 3.4e38 infinite). Not held: `eventType` and `parkingSpot`. A missing
 * stamp, frame number or box is left out; a missing confidence becomes −0.1.
 */
export function encodeProtobuf(
  frame: Omit<Frame, 'schema' | 'detections'> & { readonly detections: readonly DescribedDetection[] },
): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  writeString(writer, fieldNumbers.Frame.version, '4.0');
  writeString(writer, fieldNumbers.Frame.id, frame.frameNumber ?? '');
  if (frame.timeMs !== null) writeTimestamp(writer, frame.timeMs);
  writeString(writer, fieldNumbers.Frame.sensorId, frame.sensor);
  for (const detection of frame.detections) writeObject(writer, detection);
  return writer.finish();
}

function writeTimestamp(writer: BinaryWriter, timeMs: number): void {
  const seconds = Math.floor(timeMs / 1000);
  const nanos = Math.floor((timeMs - seconds * 1000) * 1e6);
  writer.tag(fieldNumbers.Frame.timestamp, WireType.LengthDelimited).fork();
  if (seconds !== 0) writer.tag(fieldNumbers.Timestamp.seconds, WireType.Varint).int64(seconds);
  if (nanos !== 0) writer.tag(fieldNumbers.Timestamp.nanos, WireType.Varint).int32(nanos);
  writer.join();
}

function writeObject(writer: BinaryWriter, { trackId, label, box, confidence, info }: DescribedDetection): void {
  writer.tag(fieldNumbers.Frame.objects, WireType.LengthDelimited).fork();
  writeString(writer, fieldNumbers.Object.id, trackId ?? untracked);
  if (box !== null) writeBox(writer, box);
  writeString(writer, fieldNumbers.Object.type, label);
  writeFloat(writer, fieldNumbers.Object.confidence, confidence ?? -0.1);
  for (const [name, value] of info ?? []) {
    writer.tag(infoNumbers.info, WireType.LengthDelimited).fork();
    // A map's entry holds both of its fields, empty ones too.
    writer.tag(infoNumbers.key, WireType.LengthDelimited).string(name);
    writer.tag(infoNumbers.value, WireType.LengthDelimited).string(value);
    writer.join();
  }
  writer.join();
}

function writeBox(writer: BinaryWriter, { left, top, right, bottom }: Box): void {
  writer.tag(fieldNumbers.Object.bbox, WireType.LengthDelimited).fork();
  writeFloat(writer, fieldNumbers.Bbox.leftX, left);
  writeFloat(writer, fieldNumbers.Bbox.topY, top);
  writeFloat(writer, fieldNumbers.Bbox.rightX, right);
  writeFloat(writer, fieldNumbers.Bbox.bottomY, bottom);
  writer.join();
}

/** `map<string, string> info = 5` of nv.Object, which no reader of ours needs. */
const infoNumbers = { info: 5, key: 1, value: 2 } as const;

/** Proto3 leaves out what equals the default. */
function writeString(writer: BinaryWriter, field: number, value: string): void {
  if (value !== '') writer.tag(field, WireType.LengthDelimited).string(value);
}

/** −0 is no default: its bits are not all zero. The writer refuses what only `fround` makes infinite. */
function writeFloat(writer: BinaryWriter, field: number, value: number): void {
  if (!Object.is(value, 0)) writer.tag(field, WireType.Bit32).float(Math.fround(value));
}
