import { encodeFull, encodeMinimal, parseMessage } from '@companion/deepstream/message';
import { measurement, type Benchmark } from '../benchmark.ts';
import { createTraffic, frameMs, makePipeline, type TrafficFrame } from './traffic.ts';

/** Frames of each camera, of which the messages are repeated with later stamps. */
const frameCount = 150;
/** Messages of a round; ours and the plain way take turns, so that what else the machine does meets both. */
const round = 8_000;
const roundCount = 21;

/** From text to events, 100 spots on 8 sensors, against `JSON.parse` (and `split` for the minimal schema) of the same. */
export const speedBenchmark: Benchmark = {
  name: 'filter speed',
  run() {
    const minimal = texts((frame) => [new TextDecoder().decode(Buffer.from(encodeMinimal(frame)))]);
    const full = texts((frame) => encodeFull(frame, { uuid: () => '00000000-0000-0000-0000-000000000000' }));
    return Promise.resolve([
      compare('filter speed, minimal schema', minimal, parseAndSplit),
      compare('filter speed, full schema', full, parseOnly),
    ]);
  },
};

function texts(encode: (frame: TrafficFrame) => string[]): readonly string[] {
  const traffic = createTraffic();
  return Array.from({ length: frameCount }, (_, n) => traffic.frames(n).flatMap(encode)).flat();
}

function parseAndSplit(text: string): number {
  const { objects } = JSON.parse(text) as { objects: string[] };
  return objects.reduce((sum, object) => sum + object.split('|').length, 0);
}

function parseOnly(text: string): number {
  return Object.keys(JSON.parse(text) as object).length;
}

function compare(name: string, messages: readonly string[], plain: (text: string) => number) {
  const ours = rounds(messages, reader());
  const theirs = rounds(messages, plain);
  const rates: [number, number][] = [];
  for (let n = 0; n < roundCount; n++) rates.push([ours(), theirs()]);
  // The first rounds warm up the compiler.
  const late = rates.slice(roundCount >> 2);
  return measurement(name, 'messages/s', median(late.map(([rate]) => rate)), median(late.map(([, rate]) => rate)));
}

/** Reads a message and steps the pipeline. Time must go on for ever: each pass over the messages is stamped later. */
function reader(): (text: string, pass: number) => number {
  const pipeline = makePipeline();
  return (text, pass) => {
    const message = parseMessage(text);
    if (!message.ok) return 0;
    for (const frame of message.frames) {
      const timeMs = (frame.timeMs ?? 0) + pass * frameCount * frameMs;
      pipeline.step({ type: 'frame', frame: { ...frame, timeMs }, receivedMs: timeMs });
    }
    return message.frames.length;
  };
}

/** Messages a second, of the next round. */
function rounds(messages: readonly string[], work: (text: string, pass: number) => number): () => number {
  let next = 0;
  let pass = 0;
  return () => {
    let done = 0;
    const from = performance.now();
    for (let n = 0; n < round; n++) {
      done += work(messages[next] ?? '', pass);
      if (++next < messages.length) continue;
      next = 0;
      pass++;
    }
    const tookMs = performance.now() - from;
    if (done === 0) throw new Error('nothing was done');
    return (round / tookMs) * 1_000;
  };
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? NaN;
}
