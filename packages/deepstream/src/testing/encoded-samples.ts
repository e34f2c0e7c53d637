import { convertFrame } from '../message/index.ts';
import type {
  ConvertedFrame,
  ConvertedObject,
  Converter,
  Descriptions,
  EventType,
  ObjectKind,
} from '../message/index.ts';
import { realMessages } from './message-samples.ts';

/** A payload of DeepStream's own encoder and what went into it, as a line of `encoded-*.jsonl` holds them. */
export interface EncodedSample {
  readonly n: number;
  readonly api: 'event' | 'new';
  readonly schema: 'full' | 'minimal' | 'protobuf';
  readonly cfg: string;
  readonly sensor: number;
  readonly sensorStr: string | null;
  readonly ts: string | null;
  readonly frame: number;
  readonly objects: readonly EncodedObject[];
  readonly b64: string;
}

interface EncodedObject {
  readonly type: number;
  readonly label: string | null;
  readonly track: string;
  readonly box: readonly [SampleNumber, SampleNumber, SampleNumber, SampleNumber];
  readonly conf: SampleNumber;
  readonly event?: number;
  readonly ext?: boolean;
  readonly ncls?: number;
}

type SampleNumber = number | 'nan' | 'inf' | '-inf';

/** The versions whose encoders made samples. */
export type SampledVersion = '4.0.1' | '6.2' | '9.1';

/** The samples of a version; undefined where they are not on this machine. */
export function encodedSamples(version: SampledVersion): EncodedSample[] | undefined {
  const text = realMessages(`encoded-${version}.jsonl`);
  return text
    ?.split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as EncodedSample);
}

/** What our encoder makes of what went into a sample; `stampedMs` for what the encoder itself has stamped. */
export function encodeSample(
  sample: EncodedSample,
  version: SampledVersion,
  { descriptions, stampedMs }: { readonly descriptions: Descriptions | undefined; readonly stampedMs: number },
): string | Uint8Array {
  const frame: ConvertedFrame = {
    number: sample.sensor,
    sensorId: sample.sensorStr ?? undefined,
    timeMs: sample.ts === null ? stampedMs : Date.parse(sample.ts),
    frameNumber: sample.frame,
    objects: sample.objects.map((object) => converted(object, version)),
  };
  const converter: Converter = {
    version: version === '4.0.1' ? '4.0' : version,
    path: sample.api === 'event' ? 'events' : 'frames',
    schema: sample.schema,
    descriptions,
    uuid: () => 'uuid',
  };
  const [message, ...more] = convertFrame(frame, converter);
  if (message === undefined || more.length > 0) throw new Error(`sample ${sample.n} makes ${more.length + 1} messages`);
  return message;
}

const events: readonly EventType[] = ['entry', 'exit', 'moving', 'stopped', 'empty', 'parked', 'reset'];

const commonKinds: readonly ObjectKind[] = [
  'vehicle',
  'person',
  'face',
  'bag',
  'bicycle',
  'roadsign',
  'vehicle-extended',
  'person-extended',
  'face-extended',
];

/** `product` has lost its number to 3D objects and dummies in 9.1. */
const laterKinds: Readonly<Record<SampledVersion, Readonly<Record<number, ObjectKind>>>> = {
  '4.0.1': {},
  '6.2': { 9: 'product', 10: 'product-extended' },
  '9.1': { 10: 'dummy', 11: 'product', 12: 'product-extended' },
};

function converted({ type, label, track, box, conf, event }: EncodedObject, version: SampledVersion): ConvertedObject {
  const kind = commonKinds[type] ?? laterKinds[version][type] ?? (type === 257 ? 'custom' : 'unknown');
  const [left, top, right, bottom] = box.map(numberOf);
  return {
    kind,
    label: label ?? undefined,
    trackId: track,
    box: { left: left ?? NaN, top: top ?? NaN, right: right ?? NaN, bottom: bottom ?? NaN },
    confidence: numberOf(conf),
    event: event === undefined ? undefined : events[event],
  };
}

function numberOf(value: SampleNumber): number {
  return typeof value === 'number' ? value : { nan: NaN, inf: Infinity, '-inf': -Infinity }[value];
}
