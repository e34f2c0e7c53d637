import { describe, expect, test } from 'vitest';
import { encodedSamples, encodeSample } from '../testing/encoded-samples.ts';
import type { EncodedSample, SampledVersion } from '../testing/encoded-samples.ts';
import { describedIn, parseLoosely } from '../testing/encoded-descriptions.ts';
import { parseMessage } from './index.ts';

/**
 * Payloads of DeepStream's own encoders against ours, for the same input. Never compared, since no truth of a sample
 * holds them: the ids of messages and events, and where an object is on earth.
 *
 * `bytes`: equal to the byte. The others are equal in all that the truth holds, and differ for a reason:
 * `extras`: the sample's objects carry what its truth does not hold (attributes, classifier labels, poses, embeddings,
 * 3D boxes, masks, custom messages). `wide`: 4.0.1 adds boxes as 32-bit integers, and beyond 2²⁴ the truth, which went
 * through a 32-bit float, has lost digits.
 */
const counts = {
  '4.0.1': { bytes: 134, wide: 82, extras: 84, different: 0 },
  '6.2': { bytes: 219, wide: 0, extras: 281, different: 0 },
  '9.1': { bytes: 253, wide: 0, extras: 447, different: 0 },
} as const;

describe.each(Object.entries(counts))('the encoder of %s', (name, expected) => {
  const version = name as SampledVersion;
  const samples = encodedSamples(version);
  test.skipIf(samples === undefined)(
    'writes for the same input what ours writes (skipped without ../shared/data)',
    () => {
      const found = { bytes: 0, wide: 0, extras: 0, different: 0 };
      const described = describedIn(samples ?? []);
      for (const sample of samples ?? []) {
        const { ours, theirs, same } = compared(sample, version, described(sample.cfg));
        found[same] += 1;
        if (same === 'different') expect.soft(ours, JSON.stringify({ ...sample, b64: '' })).toEqual(theirs);
      }
      expect(found).toEqual(expected);
    },
  );
});

interface Compared {
  readonly ours: string;
  readonly theirs: string;
  readonly same: keyof (typeof counts)['9.1'];
}

function compared(
  sample: EncodedSample,
  version: SampledVersion,
  descriptions: Parameters<typeof encodeSample>[2]['descriptions'],
): Compared {
  const bytes = Buffer.from(sample.b64, 'base64');
  const read = parseMessage(bytes);
  const stampedMs = read.ok ? (read.frames[0]?.timeMs ?? NaN) : NaN;
  const made = encodeSample(sample, version, { descriptions, stampedMs });
  if (typeof made !== 'string') {
    const [ours, theirs] = [asRead(made), asRead(bytes)];
    if (Buffer.from(made).equals(bytes)) return { ours, theirs, same: 'bytes' };
    // What our reader skips only makes a payload longer.
    return { ours, theirs, same: ours === theirs && bytes.length > made.length ? 'extras' : 'different' };
  }
  const [ours, theirs] = [withoutIds(made), withoutIds(bytes.toString('utf8'))];
  if (ours === theirs) return { ours, theirs, same: 'bytes' };
  if (version === '4.0.1' && asFloats(ours) === asFloats(theirs)) return { ours, theirs, same: 'wide' };
  const [ourFields, theirFields] = [fieldsOf(sample, asFloats(ours)), fieldsOf(sample, asFloats(theirs))];
  const same = ourFields === theirFields && hasExtras(sample, theirs) ? 'extras' : 'different';
  return { ours: ourFields, theirs: theirFields, same };
}

function hasExtras({ objects }: EncodedSample, text: string): boolean {
  const carries = objects.some(({ ext, ncls }) => ext === true || (ncls ?? 0) > 0);
  return carries || /pose|"signature"|embedding|SV3DT|masks|customMessage/.test(text);
}

/** What our reader makes of protobuf: it knows the fields that both write, and skips the others. */
function asRead(bytes: Uint8Array): string {
  return JSON.stringify(parseMessage(bytes));
}

/** Whole numbers of eight digits and more, as a 32-bit float holds them. */
function asFloats(text: string): string {
  return text.replace(/(?<=[|:] ?)-?\d{8,11}(?=[|,\n])/g, (digits) => String(Math.fround(Number(digits))));
}

/** What both sides of a JSON payload write, as text. */
function fieldsOf({ schema }: EncodedSample, text: string): string {
  if (schema === 'minimal') {
    return text
      .replace(/,\n {2}"(?:masks|customMessage)" : \[[^]*?\n {2}\]/g, '')
      .replace(/^ {4}"((?:[^"\\]|\\.)*)"/gm, (_, object: string) => `    "${fixedFields(object)}"`);
  }
  const { object, ...message } = parseLoosely(text);
  delete message['customMessage'];
  const { id, bbox, speed, direction, orientation, ...named } = object as Record<string, unknown>;
  const names = Object.keys(named).filter((name) => !objectExtras.has(name));
  return JSON.stringify({ ...message, object: { id, bbox, speed, direction, orientation, names } });
}

/** The first six fields; a dummy has none. */
function fixedFields(object: string): string {
  return /^\|?#\|/.test(object) ? '' : object.split('|', 6).join('|');
}

const objectExtras = new Set(['location', 'coordinate', 'pose', 'SV3DT', 'embedding', 'maskoutline', 'signature']);

function withoutIds(text: string): string {
  return text
    .replace(/("messageid" : )"[^"]*"/, '$1"uuid"')
    .replace(/("event" : \{\n {4}"id" : )"[^"]*"/, '$1"uuid"')
    .replace(/(\n {2}"object" : \{[^]*?\n {4}"location" : )\{[^}]*\}/, '$1null');
}
