/*
 * Payloads that DeepStream's own encoder made (4.0.1, 6.2 and 9.1), beside what went into it. Every one is read to its
 * truth, but for what the encoder itself loses; the rules of that are its source's (eventmsg_payload.cpp, dsmeta_payload.cpp).
 */
import { describe, expect, test } from 'vitest';
import { realMessages } from '../testing/message-samples.ts';
import { parseMessage, parseTimestamp, type Detection } from './index.ts';
import { readTrackId } from './track-id.ts';

/** An object as it went in; NaN and infinities are texts. */
interface TrueObject {
  readonly type: number;
  readonly label: string | null;
  readonly track: string;
  readonly box: readonly (number | string)[];
  readonly conf: number | string;
  /** Whether it has attributes. */
  readonly ext?: boolean;
  /** How many classifiers spoke of it (new API). */
  readonly ncls?: number;
}

interface Encoded {
  readonly n: number;
  readonly api: 'event' | 'new';
  readonly schema: 'full' | 'minimal' | 'protobuf';
  readonly ts: string | null;
  readonly frame: number;
  readonly sensorStr: string | null;
  readonly objects: readonly TrueObject[];
  readonly b64: string;
}

type Version = '9.1' | '6.2' | '4.0.1';

const productTypes: Readonly<Record<Version, readonly number[]>> = { '9.1': [11, 12], '6.2': [9, 10], '4.0.1': [] };
const fullNames: Readonly<Record<number, string>> = { 0: 'vehicle', 1: 'person', 2: 'face' };
const minimalNames = ['Vehicle', 'Person', 'Face', 'Bag', 'Bicycle', 'RoadSign'];
const byLabel = 258;
const dummyType = 10;

/** What of an object the encoder can't say, or says otherwise. */
type Loss = 'label' | 'confidence' | 'box' | 'dummy';

/** The label and the confidence as the encoder writes them. */
function written(object: TrueObject, version: Version, { api, schema }: Encoded) {
  const { type, ext = false, ncls = 0 } = object;
  const certainty = Number(object.conf);
  const own = object.label?.replace(/\r+$/, '');
  if (api === 'new') return { label: own ?? '', certainty: schema === 'minimal' && ncls === 0 ? NaN : certainty };
  const product = productTypes[version].includes(type);
  if (schema === 'full') {
    const known = type <= 2 ? type : version !== '4.0.1' && type >= 6 && type <= 8 ? type - 6 : -1;
    const label = product ? 'product' : type === byLabel ? (own ?? '') : (fullNames[known] ?? '');
    // Without attributes it writes a 1 that nobody measured.
    return { label, certainty: known < 0 ? NaN : ext ? certainty : 1 };
  }
  const named = type === 257 ? 'Custom' : product && type === productTypes[version][0] ? 'Product' : minimalNames[type];
  const label = type === byLabel ? (own ?? 'Unknown') : (named ?? 'Unknown');
  return { label, certainty: schema === 'protobuf' || version === '9.1' || ext ? certainty : NaN };
}

function numbersOf({ box }: TrueObject): number[] {
  return box.map((value) => (value === 'inf' ? Infinity : value === '-inf' ? -Infinity : Number(value)));
}

/** Six significant digits, or the precision of a float. */
function isNear(value: number, truth: number): boolean {
  return value === truth || Math.abs(value - truth) <= Math.abs(truth) * 1e-5;
}

function isBox(seen: Detection['box'], truth: readonly number[], whole: boolean): boolean {
  if (seen === null) return false;
  const read = [seen.left, seen.top, seen.right, seen.bottom];
  return truth.every((value, n) => isNear(read[n] ?? NaN, whole ? Math.trunc(value) : value));
}

/** Holds one object against its truth; returns what the encoder lost of it. */
function compare(seen: Detection | undefined, object: TrueObject, version: Version, line: Encoded): Loss[] {
  const at = `payload ${line.n}: ${JSON.stringify(object)}`;
  const { label, certainty } = written(object, version, line);
  expect(seen?.trackId, at).toBe(readTrackId(object.track));
  expect(seen?.label, at).toBe(label);
  const confidence = certainty > 0 && certainty <= 1 ? certainty : null;
  expect(confidence === null ? seen?.confidence === null : isNear(seen?.confidence ?? NaN, confidence), at).toBe(true);
  const truth = numbersOf(object);
  const whole = line.schema === 'full';
  const held = truth.every((value) => Number.isFinite(value) && (!whole || Math.abs(value) <= 2 ** 31));
  expect(held ? isBox(seen?.box ?? null, truth, whole) : seen?.box === null, at).toBe(true);
  const was = Number(object.conf);
  const lost: Loss[] = [];
  if (label !== (object.label ?? '').replace(/\r+$/, '')) lost.push('label');
  if (confidence !== (was > 0 && was <= 1 ? was : null)) lost.push('confidence');
  if (!held && truth.every(Number.isFinite)) lost.push('box');
  return lost;
}

describe.each<[Version, Readonly<Record<Loss | 'objects', number>>]>([
  ['9.1', { objects: 1596, label: 702, confidence: 96, box: 18, dummy: 30 }],
  ['6.2', { objects: 1092, label: 528, confidence: 203, box: 23, dummy: 0 }],
  ['4.0.1', { objects: 666, label: 491, confidence: 369, box: 0, dummy: 0 }],
])('the encoder of DeepStream %s (needs ../shared/data/encoded-*.jsonl)', (version, losses) => {
  const text = realMessages(`encoded-${version}.jsonl`);

  test.skipIf(text === undefined)('wrote nothing that is not read to its truth, but for what it loses itself', () => {
    const counted = { objects: 0, label: 0, confidence: 0, box: 0, dummy: 0 };
    for (const line of (text ?? '')
      .trimEnd()
      .split('\n')
      .map((json) => JSON.parse(json) as Encoded)) {
      const message = parseMessage(Buffer.from(line.b64, 'base64'));
      const at = `payload ${line.n}`;
      expect(message, at).toMatchObject({ ok: true, frames: [{ schema: line.schema }], rejected: {} });
      const frame = message.ok ? message.frames[0] : undefined;
      if (line.ts !== null) expect(frame?.timeMs, at).toBe(parseTimestamp(line.ts));
      if (line.schema !== 'full') expect(frame?.frameNumber, at).toBe(String(line.frame));
      if (line.schema !== 'full' && line.sensorStr !== null) expect(frame?.sensor, at).toBe(line.sensorStr);
      const isDummy = (type: number) => version === '9.1' && line.api === 'event' && type === dummyType;
      const objects = line.objects.filter(({ type }) => !isDummy(type));
      counted.objects += line.objects.length;
      counted.dummy += line.objects.length - objects.length;
      expect(frame?.detections, at).toHaveLength(objects.length);
      for (const [n, object] of objects.entries()) {
        for (const loss of compare(frame?.detections[n], object, version, line)) counted[loss] += 1;
      }
    }
    expect(counted).toEqual(losses);
  });
});
