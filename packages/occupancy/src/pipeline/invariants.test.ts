import { encodeMinimal, type Detection } from '@companion/deepstream/message';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Replay } from './replay.ts';
import type { Zone } from '../zones/kinds.ts';
import { Pipeline, type PipelineState, type ZoneEvent } from './pipeline.ts';

/*
 * Whatever comes: cars that park, flicker and leave, people who walk through, frames that show nothing, silence. All kinds
 * of zones see it at once.
 */

const T = Date.UTC(2026, 4, 1, 10);
const frameMs = 250;
/** A minute and a half. */
const frameCount = 360;

const rules = { sensor: 'Yard', classes: ['Car', 'Person'], minConfidence: 0.3, enterAfterMs: 1_000 };
const times = { leaveAfterMs: 4_000, staleAfterMs: 15_000, silence: 'unknown' } as const;
const all = { ...rules, ...times };
const zones: readonly Zone[] = [
  { ...all, kind: 'spot', name: 'A1', polygon: [0, 100, 100, 100, 100, 160, 0, 160], cover: 'either' },
  { ...all, kind: 'spot', name: 'A2', polygon: [100, 100, 200, 100, 200, 160, 100, 160], cover: 'either' },
  {
    ...all,
    kind: 'area',
    name: 'yard',
    polygon: [0, 0, 600, 0, 600, 400, 0, 400],
    capacity: 2,
    dwellMs: 5_000,
  },
  { ...all, kind: 'line', name: 'gate', from: [300, 0], to: [300, 400], deadBand: 4 },
];

const car = fc.record({
  left: fc.constantFrom(0, 100, 60, 400),
  from: fc.nat(frameCount),
  length: fc.integer({ min: 1, max: frameCount }),
  missedEach: fc.integer({ min: 2, max: 9 }),
  drift: fc.integer({ min: -2, max: 2 }),
  id: fc.option(fc.nat(2)),
});
const scene = fc.record({
  cars: fc.array(car, { maxLength: 5 }),
  silences: fc.array(fc.record({ from: fc.nat(frameCount), length: fc.integer({ min: 1, max: 90 }) }), {
    maxLength: 2,
  }),
});
type Scene = typeof scene extends fc.Arbitrary<infer S> ? S : never;

interface Shot {
  readonly n: number;
  readonly timeMs: number;
  readonly detections: readonly Detection[];
}

/** The frames that come; the first always does, because it sets the time. */
function shots({ cars, silences }: Scene): Shot[] {
  return Array.from({ length: frameCount }, (_, n) => n)
    .filter((n) => n === 0 || !silences.some(({ from, length }) => n >= from && n < from + length))
    .map((n) => ({
      n,
      timeMs: T + n * frameMs,
      detections: cars
        .filter(({ from, length, missedEach }) => n >= from && n < from + length && n % missedEach !== 0)
        .map(({ left, from, drift, id }): Detection => {
          const x = left + drift * (n - from);
          const box = { left: x + 5, top: 95, right: x + 95, bottom: 155 };
          return { trackId: id === null ? null : `${id}`, label: 'Car', confidence: 0.9, box };
        }),
    }));
}

/** Plays as it comes, with a tick every second; `restart` may exchange the pipeline before any frame. */
function live(
  frames: readonly Shot[],
  restart: (pipeline: Pipeline, n: number) => Pipeline = (same) => same,
): ZoneEvent[] {
  let pipeline = new Pipeline({ zones });
  const events: ZoneEvent[] = [];
  let tickedMs = T;
  for (const { n, timeMs, detections } of frames) {
    for (; tickedMs + 1_000 < timeMs; tickedMs += 1_000) {
      events.push(...pipeline.step({ type: 'tick', nowMs: tickedMs + 1_000 }));
    }
    pipeline = restart(pipeline, n);
    const frame = { schema: 'minimal', sensor: 'Yard', timeMs, frameNumber: `${n}`, detections } as const;
    events.push(...pipeline.step({ type: 'frame', frame, receivedMs: timeMs }));
  }
  return [...events, ...pipeline.step({ type: 'end' })];
}

describe('whatever comes', () => {
  test('happens the same with a restart anywhere', () => {
    fc.assert(
      fc.property(scene, fc.nat(frameCount), (seen, at) => {
        const restarted = live(shots(seen), (pipeline, n) => {
          if (n !== at) return pipeline;
          return new Pipeline({ zones }, JSON.parse(JSON.stringify(pipeline.state())) as PipelineState);
        });
        expect(restarted).toEqual(live(shots(seen)));
      }),
      { numRuns: 50 },
    );
  });

  test('happens the same in a replay of the messages', () => {
    fc.assert(
      fc.property(scene, (seen) => {
        const replay = new Replay({ zones }, { latestMs: T + 86_400_000 });
        const events = shots(seen).flatMap(({ n, timeMs, detections }) =>
          replay.message(encodeMinimal({ sensor: 'Yard', timeMs, frameNumber: `${n}`, detections })),
        );
        expect([...events, ...replay.end()]).toEqual(live(shots(seen)));
      }),
      { numRuns: 50 },
    );
  });

  test('happens the same in another order and with duplicates, within the bounds', () => {
    fc.assert(
      fc.property(
        scene,
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 2 })), { maxLength: 60 }),
        (seen, moves) => {
          const frames = shots({ ...seen, silences: [] });
          const late = new Map(moves.map(([n, by]) => [1 + (n % (frameCount - 1)), by]));
          const arrivals = frames
            .flatMap((shot) => {
              const by = late.get(shot.n);
              if (by === undefined) return [{ shot, at: shot.n }];
              // In its place and again later, or later only.
              const again = { shot, at: shot.n + by + 0.5 };
              return shot.n % 2 === 0 ? [again] : [{ shot, at: shot.n }, again];
            })
            .sort((a, b) => a.at - b.at);
          const play = (order: readonly Shot[]): ZoneEvent[] => {
            const pipeline = new Pipeline({ zones });
            const events = order.flatMap(({ n, timeMs, detections }) => {
              const frame = { schema: 'minimal', sensor: 'Yard', timeMs, frameNumber: `${n}`, detections } as const;
              return pipeline.step({ type: 'frame', frame, receivedMs: T + frameCount * frameMs });
            });
            return [...events, ...pipeline.step({ type: 'end' })];
          };
          expect(play(arrivals.map(({ shot }) => shot))).toEqual(play(frames));
        },
      ),
      { numRuns: 50 },
    );
  });

  test('adds up: a change starts from the state before it, counts are never negative, every exit has its entry', () => {
    fc.assert(
      fc.property(scene, (seen) => {
        const states = new Map<string, string>();
        const open = new Set<string>();
        for (const event of live(shots(seen))) {
          if (event.kind === 'spot') {
            expect(event.previous).toBe(states.get(event.zone) ?? 'unknown');
            expect(event.state).not.toBe(event.previous);
            states.set(event.zone, event.state);
            const { occupied, empty, unknown, spots } = event.totals;
            expect([Math.min(occupied, empty, unknown) >= 0, occupied + empty + unknown]).toEqual([true, spots]);
          }
          if (event.kind === 'area') {
            const { count, entered, exited } = event.totals;
            expect([count >= 0, entered - exited]).toEqual([true, count]);
            const id = event.visit?.id ?? '';
            if (event.type === 'area.entered') expect(open.has(id)).toBe(false);
            if (event.type === 'area.entered') open.add(id);
            if (event.type === 'area.exited') expect(open.delete(id)).toBe(true);
          }
        }
      }),
      { numRuns: 50 },
    );
  });
});
