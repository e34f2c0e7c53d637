import type { ConvertedFrame, ConvertedObject, Converter, DeepStreamVersion } from './converter.ts';
import { printJson, printSignificant } from './json-glib.ts';
import { kindNames } from './object-kind.ts';
import { sensorName } from './sensor-name.ts';
import { formatTimestamp } from './timestamp.ts';
import { untracked } from './track-id.ts';

/** The minimal schema: one message a frame, one string an object. */
export function convertMinimal(frame: ConvertedFrame, converter: Converter): string {
  return printJson({
    version: '4.0',
    id: converter.version === '4.0' ? frame.frameNumber : String(frame.frameNumber),
    '@timestamp': formatTimestamp(frame.timeMs),
    sensorId: sensorName(frame, converter),
    objects: frame.objects.map((object) => (object.kind === 'dummy' ? '' : printObject(object, converter))),
  });
}

function printObject(object: ConvertedObject, { version, path }: Converter): string {
  const { box } = object;
  const number = (value: number): string =>
    version === '4.0' ? String(Math.trunc(value)) : printSignificant(Math.fround(value), 6);
  const fixed = [
    object.trackId ?? untrackedOf(version),
    ...[box.left, box.top, box.right, box.bottom].map(number),
    path === 'frames' ? (object.label ?? '') : (kindNames[object.kind].label ?? object.label ?? 'Unknown'),
  ].join('|');
  return path === 'frames' ? fixed : fixed + attributes(object, version);
}

/** Up to 7.0 the confidence stands behind attributes only; 6.2 writes a person's empty ones without it. */
function attributes({ kind, classified, confidence }: ConvertedObject, version: DeepStreamVersion): string {
  if (classified === true || version === '9.1') return `|#|||||||${printSignificant(confidence, 6)}`;
  return version !== '4.0' && kind === 'person' ? '|#||||||' : '';
}

/** −1 up to 5.1. */
export function untrackedOf(version: DeepStreamVersion): string {
  return version === '4.0' ? '-1' : untracked;
}
