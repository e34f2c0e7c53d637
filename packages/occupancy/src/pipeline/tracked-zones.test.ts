import type { Detection } from '@companion/deepstream/message';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { AreaZone } from '../zones/area/index.ts';
import type { Zone } from '../zones/kinds.ts';
import type { LineZone } from '../zones/line/index.ts';
import { Pipeline, type ZoneEvent } from './pipeline.ts';

const T = Date.UTC(2026, 4, 1, 10);
const frameMs = 100;
const rules = {
  sensor: 'Lobby',
  classes: ['Person'],
  minConfidence: 0.3,
  enterAfterMs: 500,
  leaveAfterMs: 2_000,
  staleAfterMs: 30_000,
  silence: 'unknown',
} as const;
const hall: AreaZone = {
  kind: 'area',
  name: 'hall',
  polygon: [0, 0, 1_000, 0, 1_000, 500, 0, 500],
  capacity: 2,
  dwellMs: 5_000,
  ...rules,
};
const gate: LineZone = { kind: 'line', name: 'gate', from: [0, 500], to: [1_000, 500], deadBand: 10, ...rules };

/** A person who stands with both feet at x, y. */
function person(x: number, y: number, trackId: string | null = null): Detection {
  return { trackId, label: 'Person', confidence: 0.9, box: { left: x - 20, top: y - 100, right: x + 20, bottom: y } };
}

let pipeline: Pipeline;
let events: ZoneEvent[];
let nowMs: number;
beforeEach(() => start(hall, gate));

function start(...zones: Zone[]): void {
  pipeline = new Pipeline({ zones });
  events = [];
  nowMs = T;
}
function frames(count: number, seen: (n: number) => readonly Detection[]): void {
  for (let n = 0; n < count; n++) {
    const frame = {
      schema: 'minimal',
      sensor: 'Lobby',
      timeMs: nowMs,
      frameNumber: `${nowMs}`,
      detections: seen(n),
    } as const;
    events.push(...pipeline.step({ type: 'frame', frame, receivedMs: nowMs }));
    nowMs += frameMs;
  }
}
function silence(seconds: number): void {
  for (let n = 0; n < seconds; n++) {
    nowMs += 1_000;
    events.push(...pipeline.step({ type: 'tick', nowMs }));
  }
}
const types = (): string[] => events.map(({ type }) => type);
const area = () => events.filter((event) => event.kind === 'area');
const lines = () => events.filter((event) => event.kind === 'line');
const far = person(1_500, 400);

describe('an area', () => {
  test('counts who came and stayed, says once who lingers, and gives every visit one end', () => {
    frames(80, () => [person(300, 300)]);
    frames(40, () => [far]);
    expect(types()).toEqual(['area.entered', 'area.count', 'area.dwell', 'area.exited', 'area.count']);
    const [entered, , dwell, exited] = area();
    expect(entered).toMatchObject({ since: { ms: T }, totals: { count: 1, entered: 1, exited: 0, capacity: 2 } });
    expect(dwell?.visit).toMatchObject({ durationMs: 5_000, id: entered?.visit?.id });
    expect(exited?.visit).toEqual({
      id: entered?.visit?.id,
      from: { ms: T, clock: 'device' },
      durationMs: 7_900,
      end: 'left',
    });
  });

  test('is full at its capacity and available again below it, each for as long as it takes to believe', () => {
    frames(20, () => [person(300, 300), person(600, 300)]);
    frames(5, () => [person(300, 300)]);
    frames(20, () => [person(300, 300), person(600, 300)]);
    expect(types().filter((type) => type === 'area.full')).toHaveLength(1);
    frames(60, () => [person(300, 300)]);
    expect(types().filter((type) => type === 'area.full' || type === 'area.available')).toEqual([
      'area.full',
      'area.available',
    ]);
    expect(events.find(({ type }) => type === 'area.available')).toMatchObject({
      previous: 'full',
      state: 'available',
    });
  });

  test('takes one person with many ids, or none, for one, missed now and then', () => {
    frames(100, (n) => (n % 5 === 0 ? [far] : [person(300, 300, n % 2 === 0 ? `${Math.floor(n / 7)}` : null)]));
    expect(types().filter((type) => type === 'area.entered')).toHaveLength(1);
    expect(types()).not.toContain('area.exited');
  });

  test('does not count who runs through, or what has another class', () => {
    frames(4, (n) => [person(300 + n * 10, 300)]);
    frames(30, () => [{ ...person(300, 300), label: 'Car' }]);
    expect(events).toEqual([]);
  });

  test('ends its visits when the sensor is lost, and knows nothing then', () => {
    frames(20, () => [person(300, 300)]);
    silence(40);
    expect(types().slice(-2)).toEqual(['sensor.lost', 'area.exited']);
    expect(area().at(-1)?.visit?.end).toBe('lost');
    expect(pipeline.zones().find(({ zone }) => zone === 'hall')).toMatchObject({
      state: 'unknown',
      totals: { count: 0 },
    });
  });

  test('ends its visits when it is taken away, with the next step', () => {
    frames(20, () => [person(300, 300)]);
    pipeline.configure({ zones: [gate] });
    silence(1);
    expect(area().at(-1)).toMatchObject({ type: 'area.exited', visit: { end: 'removed' } });
  });

  test('ends its visits once when it is forgotten, and counts anew who is still there', () => {
    frames(20, () => [person(300, 300)]);
    pipeline.configure({ zones: [hall, gate] }, new Set(['hall']));
    frames(20, () => [person(300, 300)]);
    const visits = area().filter(({ visit }) => visit !== null);
    expect(visits.map(({ type }) => type)).toEqual(['area.entered', 'area.exited', 'area.entered']);
    expect(visits[1]?.visit).toMatchObject({ id: visits[0]?.visit?.id, end: 'removed' });
    expect(visits[2]).toMatchObject({ totals: { count: 1, entered: 1, exited: 0 } });
    expect(visits[2]?.visit?.id).not.toBe(visits[0]?.visit?.id);
  });
});

describe('a line', () => {
  const walk = (fromY: number, toY: number, count = 20): void =>
    frames(count, (n) => [person(500, fromY + ((toY - fromY) * n) / (count - 1), `${n >> 2}`)]);
  const crossings = (): string[] => lines().map(({ state, totals }) => `${state} ${totals.in}/${totals.out}`);

  test('counts in and out, though ids switch on the way', () => {
    walk(400, 600);
    walk(600, 400);
    silence(1);
    expect(crossings()).toEqual(['in 1/0', 'out 1/1']);
  });

  test('does not count who trembles on it', () => {
    walk(400, 495);
    frames(100, (n) => [person(500, 500 + (n % 2 === 0 ? 9 : -9))]);
    expect(crossings()).toEqual([]);
  });

  test('does not count who goes round its end', () => {
    start({ ...gate, to: [300, 500] });
    walk(400, 600);
    silence(1);
    expect(crossings()).toEqual([]);
  });

  test('tells two who cross at once apart', () => {
    frames(30, (n) => [person(200, 400 + n * 8, 'a'), person(800, 400 + n * 8, 'b')]);
    silence(1);
    expect(crossings()).toEqual(['in 1/0', 'in 2/0']);
  });
});

describe('any crowd', () => {
  const walker = fc.record({
    x: fc.integer({ min: 0, max: 1_000 }),
    y: fc.integer({ min: 300, max: 700 }),
    dx: fc.integer({ min: -20, max: 20 }),
    dy: fc.integer({ min: -20, max: 20 }),
    from: fc.integer({ min: 0, max: 60 }),
    length: fc.integer({ min: 1, max: 80 }),
    id: fc.option(fc.integer({ min: 0, max: 3 })),
  });
  const crowd = fc.array(walker, { maxLength: 6 });
  type Crowd = typeof crowd extends fc.Arbitrary<infer T> ? T : never;
  const seenAt = (people: Crowd, n: number): Detection[] =>
    people
      .filter(({ from, length }) => n >= from && n < from + length)
      .map(({ x, y, dx, dy, from, id }) =>
        person(x + dx * (n - from), y + dy * (n - from), id === null ? null : `${id}`),
      );

  test('has an exit for every entry in the end, and counts that add up and are never negative', () => {
    fc.assert(
      fc.property(crowd, (people) => {
        start(hall, gate);
        frames(140, (n) => seenAt(people, n));
        silence(60);
        const open = new Set<string>();
        for (const event of area()) {
          expect(event.totals.count).toBe(event.totals.entered - event.totals.exited);
          expect(event.totals.count).toBeGreaterThanOrEqual(0);
          const id = event.visit?.id ?? '';
          if (event.type === 'area.entered') expect(open.has(id)).toBe(false);
          if (event.type === 'area.entered') open.add(id);
          if (event.type === 'area.exited') expect(open.delete(id)).toBe(true);
        }
        expect(open.size).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  test('brings the same events in another order and with duplicates, within the bounds', () => {
    const play = (people: Crowd, order: readonly number[]): ZoneEvent[] => {
      const line = new Pipeline({ zones: [hall, gate] });
      const steps = order.flatMap((n) => {
        const detections = seenAt(people, n);
        const timeMs = T + n * frameMs;
        const frame = { schema: 'minimal', sensor: 'Lobby', timeMs, frameNumber: `${n}`, detections } as const;
        return line.step({ type: 'frame', frame, receivedMs: T + 20_000 });
      });
      return [...steps, ...line.step({ type: 'end' })];
    };
    fc.assert(
      fc.property(
        crowd,
        fc.array(fc.tuple(fc.nat(139), fc.integer({ min: 0, max: 4 })), { maxLength: 40 }),
        (people, moves) => {
          const order = Array.from({ length: 140 }, (_, n) => n);
          const disturbed = order.map((n) => ({ n, at: n }));
          // The first frame sets the time to start from; it stays the first.
          for (const [n, later] of moves) if (n > 0) disturbed.push({ n, at: n + later + 0.5 });
          const moved = new Set(moves.filter(([n]) => n > 0 && n % 3 === 0).map(([n]) => n));
          const arrivals = disturbed
            .filter(({ n, at }) => !(moved.has(n) && at === n))
            .sort((a, b) => a.at - b.at)
            .map(({ n }) => n);
          expect(play(people, arrivals)).toEqual(play(people, order));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('brings the same events with a restart anywhere', () => {
    fc.assert(
      fc.property(crowd, fc.nat(139), (people, at) => {
        start(hall, gate);
        frames(140, (n) => seenAt(people, n));
        silence(5);
        const whole = events;
        start(hall, gate);
        frames(at, (n) => seenAt(people, n));
        const state = JSON.parse(JSON.stringify(pipeline.state())) as ReturnType<Pipeline['state']>;
        pipeline = new Pipeline({ zones: [hall, gate] }, state);
        frames(140 - at, (n) => seenAt(people, n + at));
        silence(5);
        expect(events).toEqual(whole);
      }),
      { numRuns: 60 },
    );
  });
});
