import type { ConvertedFrame, ConvertedObject, Converter } from './converter.ts';
import { encodeProtobuf, type DescribedDetection } from './encode-protobuf.ts';
import { kindNames } from './object-kind.ts';
import { sensorName } from './sensor-name.ts';

/** Protobuf: one nv.Frame a frame. A dummy is no object in it. */
export function convertProtobuf(frame: ConvertedFrame, converter: Converter): Uint8Array<ArrayBuffer> {
  return encodeProtobuf({
    sensor: sensorName(frame, converter),
    timeMs: frame.timeMs,
    frameNumber: String(frame.frameNumber),
    detections: frame.objects.filter(({ kind }) => kind !== 'dummy').map((object) => described(object, converter)),
  });
}

function described(object: ConvertedObject, { version, path }: Converter): DescribedDetection {
  const { kind, label, trackId, box, confidence, classified } = object;
  return {
    trackId: trackId ?? null,
    label: path === 'frames' ? (label ?? '') : (kindNames[kind].label ?? label ?? 'Unknown'),
    box,
    confidence,
    info: [
      ...(classified === true ? emptyAttributes : []),
      // 9.1 tells how much of an object can be seen; stock test5 takes it for all.
      ...(version === '9.1' && path === 'events' ? [['visibility', '1.000000'] as const] : []),
    ],
  };
}

const emptyAttributes = ['type', 'make', 'model', 'color', 'licenseState', 'license'].map(
  (name) => [name, ''] as const,
);
