import { encodeFull, encodeMinimal, encodeProtobuf, parseMessage } from '@companion/deepstream/message';
import { measurement } from '../benchmark.ts';
import type { Benchmark, Measurement } from '../benchmark.ts';
import { measureInterleaved } from './interleaved.ts';
import { sampleFrames } from './sample-data.ts';

function utf8(texts: readonly string[]) {
  return texts.map((text) => Buffer.from(text));
}

/** Messages a second beside what the plain way reaches on the same input. */
function rates(name: string, count: number, work: () => number, baseline: () => number): Measurement {
  const ms = measureInterleaved(work, baseline);
  return measurement(name, 'messages/s', (count * 1000) / ms.work, (count * 1000) / ms.baseline);
}

/** Detections in all inputs, as we read them. */
function parseAll(inputs: readonly (string | Uint8Array)[]): number {
  let detections = 0;
  for (const input of inputs) {
    const message = parseMessage(input);
    if (!message.ok) throw new Error(message.detail);
    for (const frame of message.frames) detections += frame.detections.length;
  }
  return detections;
}

function fieldsOf(value: unknown) {
  return Object.keys(value as object).length;
}

/** What anyone would write: split every object string of the minimal schema. */
function splitObjects(value: unknown): number {
  let fields = 0;
  for (const object of (value as { readonly objects: readonly string[] }).objects) fields += object.split('|').length;
  return fields;
}

/** Sums up what a plain reader makes of every input. */
function sum<T>(inputs: readonly T[], read: (input: T) => number): number {
  let total = 0;
  for (const input of inputs) total += read(input);
  return total;
}

/** The full schema against JSON.parse alone, as text and as the bytes that come from a hub. At least 0.7 of its rate is promised. */
export const fullMessages: Benchmark = {
  name: 'deepstream/message/full',
  run: () => {
    const texts = sampleFrames(300, 1).flatMap((frame, i) =>
      encodeFull(frame, { uuid: () => `00000000-0000-4000-8000-${i}` }),
    );
    const bytes = utf8(texts);
    return Promise.resolve([
      rates(
        'full schema, text, beside JSON.parse',
        texts.length,
        () => parseAll(texts),
        () => sum(texts, (text) => fieldsOf(JSON.parse(text))),
      ),
      rates(
        'full schema, bytes, beside toString and JSON.parse',
        bytes.length,
        () => parseAll(bytes),
        () => sum(bytes, (message) => fieldsOf(JSON.parse(message.toString()))),
      ),
    ]);
  },
};

/** The minimal schema with 10 objects against JSON.parse and `split('|')`. At least 0.5 of its rate is promised. */
export const minimalMessages: Benchmark = {
  name: 'deepstream/message/minimal',
  run: () => {
    const texts = sampleFrames(300, 10).map(encodeMinimal);
    const bytes = utf8(texts);
    return Promise.resolve([
      rates(
        'minimal schema, 10 objects, text, beside JSON.parse and split',
        texts.length,
        () => parseAll(texts),
        () => sum(texts, (text) => splitObjects(JSON.parse(text))),
      ),
      rates(
        'minimal schema, 10 objects, bytes, beside toString, JSON.parse and split',
        bytes.length,
        () => parseAll(bytes),
        () => sum(bytes, (message) => splitObjects(JSON.parse(message.toString()))),
      ),
    ]);
  },
};

/** Protobuf with 10 objects against the same frames in the minimal schema. */
export const protobufMessages: Benchmark = {
  name: 'deepstream/message/protobuf',
  run: () => {
    const binary = sampleFrames(300, 10).map(encodeProtobuf);
    const minimal = utf8(sampleFrames(300, 10).map(encodeMinimal));
    return Promise.resolve([
      rates(
        'protobuf, 10 objects, beside the minimal schema',
        binary.length,
        () => parseAll(binary),
        () => parseAll(minimal),
      ),
    ]);
  },
};
