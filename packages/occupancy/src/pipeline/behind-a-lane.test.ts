import type { Box, Detection } from '@companion/deepstream/message';
import { describe, expect, test } from 'vitest';
import { parseDesired } from '../desired/desired.ts';
import { createRandom } from '../testing/random.ts';
import { Pipeline, type ZoneEvent } from './pipeline.ts';

const startMs = Date.UTC(2026, 0, 1);
const spot = (left: number, right: number): object => ({
  kind: 'spot',
  sensor: 'cam',
  polygon: [left, 400, right, 400, right, 520, left, 520],
});
/** A row of spots as they are seen across a lane; the lane is below them in the picture. */
const row = { A1: spot(300, 500), A2: spot(500, 700), A3: spot(700, 900) };
const bystander: Detection = {
  trackId: '999',
  label: 'Person',
  confidence: 0.9,
  box: { left: 1_700, top: 200, right: 1_740, bottom: 320 },
};
const parked: Box = { left: 510, top: 370, right: 690, bottom: 510 };
const inLane: Box = { left: 510, top: 440, right: 690, bottom: 580 };
const bus: Box = { left: 200, top: 380, right: 1_000, bottom: 660 };

interface Actor {
  readonly label?: string;
  readonly confidence?: number;
  readonly box: (seconds: number) => Box | undefined;
}
const between =
  (from: number, to: number, box: Box) =>
  (seconds: number): Box | undefined =>
    seconds >= from && seconds < to ? box : undefined;

class Show {
  readonly pipeline: Pipeline;
  readonly #random = createRandom(11);
  readonly #events: ZoneEvent[] = [];
  #nowMs = startMs;

  constructor(zones: Record<string, object>, defaults = {}) {
    const desired = parseDesired({ zones, defaults });
    if (!desired.ok) throw new Error(JSON.stringify(desired));
    this.pipeline = new Pipeline(desired.config);
  }

  /** Shows actors up to a time in seconds; without any, frames still come. */
  play(untilSeconds: number, actors: readonly Actor[] = [], { fps = 4, tremble = 3 } = {}): this {
    for (; this.#nowMs < startMs + untilSeconds * 1_000; this.#nowMs += Math.round(1_000 / fps)) {
      const seconds = (this.#nowMs - startMs) / 1_000;
      const shaken = (value: number): number => value + (this.#random() - 0.5) * 2 * tremble;
      const detections = actors.flatMap(({ label = 'Car', confidence = 0.85, box: boxAt }, n): Detection[] => {
        const box = boxAt(seconds);
        if (box === undefined) return [];
        const { left, top, right, bottom } = box;
        const seen = { left: shaken(left), top: shaken(top), right: shaken(right), bottom: shaken(bottom) };
        return [{ trackId: `${n + 1}`, label, confidence, box: seen }];
      });
      const timeMs = this.#nowMs;
      const frame = { schema: 'minimal', sensor: 'cam', timeMs, frameNumber: `${timeMs}` } as const;
      const step = {
        type: 'frame',
        receivedMs: timeMs,
        frame: { ...frame, detections: [...detections, bystander] },
      } as const;
      this.#events.push(...this.pipeline.step(step));
    }
    return this;
  }

  silence(untilSeconds: number): this {
    for (; this.#nowMs < startMs + untilSeconds * 1_000; this.#nowMs += 1_000) {
      this.#events.push(...this.pipeline.step({ type: 'tick', nowMs: this.#nowMs }));
    }
    return this;
  }

  /** Changes of spots, as `A1 occupied 12`. */
  get story(): readonly string[] {
    return this.#events
      .filter(({ kind }) => kind === 'spot')
      .map(({ zone, state, since }) => `${zone} ${state as string} ${Math.round((since.ms - startMs) / 1_000)}`);
  }
}
const allEmpty = ['A1 empty 0', 'A2 empty 0', 'A3 empty 0'];

describe('a row of spots behind a lane', () => {
  test('is not taken by a car that waits in the lane', () => {
    const story = new Show(row).play(40, [{ box: between(5, 30, inLane) }]).story;
    expect([...story].sort()).toEqual(allEmpty);
  });

  test('is not taken by a queue, nor by a truck or bus that stops', () => {
    const queue = [0, 1, 2].map((n): Actor => ({
      box: between(5, 60, { ...inLane, left: 310 + 200 * n, right: 490 + 200 * n }),
    }));
    const stops: Actor = { label: 'Bus', box: between(70, 130, bus) };
    expect([...new Show(row).play(140, [...queue, stops]).story].sort()).toEqual(allEmpty);
  });

  test('keeps a car that a bus hides, and its neighbours stay empty', () => {
    const hidden: Actor = { box: (s) => (s > 12 && s < 32 ? undefined : parked) };
    const show = new Show(row).play(50, [hidden, { label: 'Bus', box: between(12, 32, bus) }]);
    expect([...show.story].sort()).toEqual(['A1 empty 0', 'A2 occupied 0', 'A3 empty 0']);
  });

  test('notices that a car left behind the bus once the bus is gone', () => {
    const show = new Show(row).play(60, [{ box: between(0, 20, parked) }, { label: 'Bus', box: between(12, 32, bus) }]);
    expect(show.story.at(-1)).toMatch(/^A2 empty (3[2-9]|4\d)$/);
  });

  test('is not hidden for ever by what stays in front of it', () => {
    const show = new Show(row).play(
      400,
      [{ box: between(0, 20, parked) }, { label: 'Bus', box: between(12, 400, bus) }],
      {
        fps: 1,
      },
    );
    expect(show.story.at(-1)).toMatch(/^A2 empty 3\d\d$/);
  });

  test('is taken where polygons hold only the middle of a spot', () => {
    const middle = { A2: { ...spot(500, 700), polygon: [540, 430, 660, 430, 660, 480, 540, 480] } };
    expect(new Show(middle).play(20, [{ box: () => parked }]).story).toEqual(['A2 occupied 0']);
  });

  test('is taken twice by a truck that stands on two, and once by one car on the line', () => {
    const truck: Actor = { label: 'Truck', box: () => ({ left: 320, top: 330, right: 680, bottom: 517 }) };
    expect([...new Show(row).play(20, [truck]).story].sort()).toEqual(['A1 occupied 0', 'A2 occupied 0', 'A3 empty 0']);
    const onTheLine: Actor = { box: () => ({ left: 412, top: 372, right: 592, bottom: 510 }) };
    const states = new Show(row).play(20, [onTheLine]).story.map((line) => line.split(' ')[1]);
    expect(states.filter((state) => state === 'occupied')).toHaveLength(1);
  });

  test.each([0.33, 0.5, 1, 4, 15])('parks once at %s frames a second', (fps) => {
    const story = new Show(row).play(240, [{ box: between(12, 150, parked) }], { fps }).story;
    const own = story.filter((line) => line.startsWith('A2') && line !== 'A2 empty 0');
    expect(own).toHaveLength(2);
    expect(own[0]).toMatch(/^A2 occupied 1[2-5]$/);
    expect(own[1]).toMatch(/^A2 empty 1[45]\d$/);
  });

  test('is not taken by two short ghosts in one place', () => {
    const ghost: Actor = {
      confidence: 0.36,
      box: (s) => ((s >= 15 && s < 15.8) || (s >= 17.4 && s < 18.2) ? parked : undefined),
    };
    expect([...new Show(row).play(40, [ghost], { fps: 5, tremble: 0 }).story].sort()).toEqual(allEmpty);
  });

  test('meets normalized boxes where only the zone names such units', () => {
    const zone = { ...spot(0, 0), units: 'normalized', polygon: [0.15, 0.37, 0.26, 0.37, 0.26, 0.48, 0.15, 0.48] };
    const car = { left: 0.16, top: 0.34, right: 0.25, bottom: 0.47 };
    expect(new Show({ A1: zone }).play(10, [{ box: () => car }], { tremble: 0 }).story).toEqual(['A1 occupied 0']);
  });
});

describe('a spot that is drawn again', () => {
  const nudged = (by: number): object => ({
    A2: { ...spot(500, 700), polygon: [500 + by, 400, 700 + by, 402, 700 + by, 520, 500 + by, 523] },
  });
  function redraw(zones: Record<string, object>): Show {
    const show = new Show({ A2: row.A2 }).play(20, [{ box: () => parked }]);
    const desired = parseDesired({ zones });
    if (!desired.ok) throw new Error(JSON.stringify(desired));
    show.pipeline.configure(desired.config);
    return show.play(40, [{ box: () => parked }]);
  }

  test('a few pixels off keeps its state and since when it holds', () => {
    expect(redraw(nudged(5) as Record<string, object>).story).toEqual(['A2 occupied 0']);
  });

  test('in another place is another spot', () => {
    expect(redraw(nudged(-120) as Record<string, object>).story.length).toBeGreaterThan(1);
  });
});

describe('an empty row at night', () => {
  const views = (show: Show): unknown[] =>
    show.pipeline.zones().map((view) => [view.zone, view.state, 'unconfirmed' in view ? view.unconfirmed : false]);

  test('stays empty, unconfirmed, and is confirmed by the first frame', () => {
    const show = new Show(row).play(20).silence(600);
    expect(views(show)).toEqual([
      ['A1', 'empty', true],
      ['A2', 'empty', true],
      ['A3', 'empty', true],
    ]);
    show.play(605);
    expect(views(show)).toEqual([
      ['A1', 'empty', false],
      ['A2', 'empty', false],
      ['A3', 'empty', false],
    ]);
    expect([...show.story].sort()).toEqual(allEmpty);
  });

  test('becomes unknown after half a day, and at once where a car stood', () => {
    const show = new Show(row).play(20, [{ box: () => parked }]).silence(60);
    expect(views(show)).toContainEqual(['A2', 'unknown', false]);
    show.silence(13 * 3_600);
    expect(views(show)).toEqual([
      ['A1', 'unknown', false],
      ['A2', 'unknown', false],
      ['A3', 'unknown', false],
    ]);
  });

  test('is unknown at once where the twin says so', () => {
    const show = new Show(row, { silence: 'unknown' }).play(20).silence(100);
    expect(views(show)).toContainEqual(['A1', 'unknown', false]);
  });
});
