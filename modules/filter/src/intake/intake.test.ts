import { createLog, Metrics } from '@companion/edge';
import type { JsonObject } from '@companion/foundation';
import { encodeFull, encodeMinimal, type Frame } from '@companion/deepstream/message';
import { beforeEach, describe, expect, test } from 'vitest';
import { Statistics } from '../telemetry/statistics.ts';
import { Intake } from './intake.ts';
import { peek } from './peek.ts';

const T = Date.UTC(2026, 4, 1, 10);
const box = { left: 0, top: 0, right: 9, bottom: 9 };
const frame = (sensor: string, n: number, objects = 1) => ({
  sensor,
  timeMs: T + n * 100,
  frameNumber: `${n}`,
  detections: Array.from({ length: objects }, (_, id) => ({ trackId: `${id}`, label: 'Car', confidence: 0.9, box })),
});
const minimal = (sensor: string, n: number): Uint8Array => Buffer.from(encodeMinimal(frame(sensor, n)));

let nowMs: number;
let turns: (() => void)[];
let frames: Frame[];
let statistics: Statistics;
let logged: JsonObject[];
let costMs: number;

beforeEach(() => {
  nowMs = T;
  turns = [];
  frames = [];
  logged = [];
  costMs = 0;
  statistics = new Statistics(
    new Metrics({ prefix: 'filter', module: 'filter', iothub: 'hub', device: 'jetson', instance: '1' }),
  );
});

function intake() {
  const write = (line: string): void => void logged.push(JSON.parse(line) as JsonObject);
  return new Intake({
    statistics,
    log: createLog({ module: 'filter', level: 'info', destination: { write } }),
    clock: { now: () => nowMs },
    onFrame(one) {
      nowMs += costMs;
      frames.push(one);
    },
    later: (call) => void turns.push(call),
  });
}
function turn(): void {
  for (const call of turns.splice(0)) call();
}
const seen = (sensor: string) =>
  frames.filter((one) => one.sensor === sensor).map(({ timeMs }) => ((timeMs ?? 0) - T) / 100);

describe('the intake', () => {
  test('reads at once while there is time', () => {
    const one = intake();
    for (let n = 0; n < 1_000; n++) one.take(minimal('Yard', n));
    expect(frames).toHaveLength(1_000);
    expect(one.waiting).toBe(0);
  });

  test('puts off what does not fit into a turn, keeps the order, and lets sockets and timers between', () => {
    costMs = 4;
    const one = intake();
    for (let n = 0; n < 10; n++) one.take(minimal('Yard', n));
    expect([frames.length, one.waiting]).toEqual([3, 7]);
    turn();
    expect(frames).toHaveLength(6);
    while (one.waiting > 0) turn();
    expect(seen('Yard')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  });

  test('keeps the newest frame of a sensor that sends too much, leaves the others alone, and counts and says it', () => {
    costMs = 100;
    const one = intake();
    for (let n = 0; n < 300; n++) {
      one.take(minimal('Loud', n));
      if (n % 100 === 0) one.take(minimal('Calm', n));
    }
    while (one.waiting > 0) turn();
    expect(seen('Calm')).toEqual([0, 100, 200]);
    expect(seen('Loud').at(0)).toBe(0);
    expect(seen('Loud').at(-1)).toBe(299);
    expect(seen('Loud').length + 256).toBe(300);
    expect(statistics.toJson(nowMs)).toMatchObject({ messages: { received: 303, parsed: 47, overload: 256 } });
    expect(logged).toMatchObject([{ level: 'warn', reason: 'overload', count: 256 }]);
  });

  test('takes the messages of one full-schema frame together when older ones go', () => {
    costMs = 100;
    const one = intake();
    for (let n = 0; n < 30; n++) {
      for (const text of encodeFull(frame('Yard', n, 10), { uuid: () => 'u' })) one.take(Buffer.from(text));
    }
    while (one.waiting > 0) turn();
    const perFrame = new Map<number, number>();
    for (const n of seen('Yard')) perFrame.set(n, (perFrame.get(n) ?? 0) + 1);
    expect([...perFrame.keys()].at(-1)).toBe(29);
    expect([...perFrame].filter(([n, count]) => n > 0 && count !== 10)).toEqual([]);
  });

  test('counts malformed messages by reason and logs the first of each thousand', () => {
    const one = intake();
    for (let n = 0; n < 1_500; n++) one.take(Buffer.from('log: {'));
    one.take(Buffer.from(''));
    expect(logged.map(({ reason, count }) => [reason, count])).toEqual([
      ['truncated', 1],
      ['truncated', 1_001],
      ['empty', 1],
    ]);
  });

  test('survives what the pipeline throws', () => {
    const write = (line: string): void => void logged.push(JSON.parse(line) as JsonObject);
    const one = new Intake({
      statistics,
      log: createLog({ module: 'filter', level: 'info', destination: { write } }),
      clock: { now: () => T },
      onFrame() {
        throw new Error('broken');
      },
    });
    one.take(minimal('Yard', 1));
    expect(logged).toMatchObject([{ reason: 'internal', err: { message: 'broken' } }]);
  });

  test('reads what waits at its end, and takes nothing more', () => {
    costMs = 100;
    const one = intake();
    for (let n = 0; n < 5; n++) one.take(minimal('Yard', n));
    one.stop();
    one.take(minimal('Yard', 5));
    expect(seen('Yard')).toEqual([0, 1, 2, 3, 4]);
  });
});

describe('a peek', () => {
  test('finds sensor and stamp in both schemas', () => {
    const stamp = '2026-05-01T10:00:00.000Z';
    expect(peek(minimal('Yard', 0))).toEqual({ sensor: 'Yard', stamp });
    const [full = ''] = encodeFull(frame('Yard', 0), { uuid: () => 'u' });
    expect(peek(Buffer.from(full))).toEqual({ sensor: 'Yard', stamp });
    expect(peek(Buffer.from('rubbish'))).toEqual({ sensor: '', stamp: '' });
  });
});
