import type { Box, Detection } from '@companion/deepstream/message';
import { describe, expect, test } from 'vitest';
import { parseDesired } from '../desired/desired.ts';
import { createRandom } from '../testing/random.ts';
import { Pipeline, type ZoneEvent } from './pipeline.ts';

const startMs = Date.UTC(2026, 0, 1);
const hall = { kind: 'area', sensor: 'cam', polygon: [400, 400, 1000, 400, 1000, 900, 400, 900], classes: ['Person'] };
const gate = { kind: 'line', sensor: 'cam', from: [300, 300], to: [300, 900], classes: ['Person', 'Car'] };
/** Something that is always in the picture, so that frames come. */
const bystander: Detection = {
  trackId: '999',
  label: 'Person',
  confidence: 0.9,
  box: { left: 1_700, top: 200, right: 1_740, bottom: 320 },
};

function at(x: number, y: number, width = 50, height = 130): Box {
  return { left: x - width / 2, top: y - height, right: x + width / 2, bottom: y };
}

interface Actor {
  readonly id: string | null;
  readonly label?: string;
  /** Where it is at a time in seconds; undefined while it is out of sight. */
  readonly box: (seconds: number) => Box | undefined;
}

/** Plays actors before the zones, with boxes that tremble a little, and gives the events of the zones. */
function play(
  zones: Record<string, object>,
  actors: readonly Actor[],
  { seconds = 40, fps = 6, defaults = {}, tremble = 2 } = {},
): readonly ZoneEvent[] {
  const desired = parseDesired({ zones, defaults });
  if (!desired.ok) throw new Error(JSON.stringify(desired));
  const pipeline = new Pipeline(desired.config);
  const random = createRandom(7);
  const shaken = (value: number): number => value + (random() - 0.5) * 2 * tremble;
  const events: ZoneEvent[] = [];
  for (let n = 0; n <= seconds * fps; n++) {
    const timeMs = startMs + Math.round((n * 1_000) / fps);
    const detections = actors.flatMap(({ id, label = 'Person', box: boxAt }): Detection[] => {
      const box = boxAt(n / fps);
      if (box === undefined) return [];
      const { left, top, right, bottom } = box;
      const seen = { left: shaken(left), top: shaken(top), right: shaken(right), bottom: shaken(bottom) };
      return [{ trackId: id, label, confidence: 0.9, box: seen }];
    });
    const frame = {
      schema: 'minimal',
      sensor: 'cam',
      timeMs,
      frameNumber: `${n}`,
      detections: [...detections, bystander],
    };
    events.push(...pipeline.step({ type: 'frame', receivedMs: timeMs, frame: frame as never }));
  }
  return events.filter(({ zone }) => zone !== '');
}
const typesOf = (events: readonly ZoneEvent[]): string[] => events.map(({ type }) => type);
const crossings = (events: readonly ZoneEvent[]): string[] =>
  events.filter(({ type }) => type === 'line.crossed').map(({ state }) => state as string);
/** The number of people that an area reports at a time in seconds. */
function countAt(events: readonly ZoneEvent[], seconds: number): number {
  let count = 0;
  for (const { type, since } of events) {
    if (since.ms > startMs + seconds * 1_000) continue;
    if (type === 'area.entered') count++;
    if (type === 'area.exited') count--;
  }
  return count;
}
const walk = (from: number, to: number, x: number, perSecond: number) => (seconds: number) =>
  seconds < from || seconds > to ? undefined : at(x + perSecond * (seconds - from), 650);

describe('people at a door', () => {
  test('who vanishes through it and who comes after with another id are two', () => {
    const people = [0, 5, 10, 15].map((from, n): Actor => ({ id: `${n + 1}`, box: walk(from, from + 2.5, 100, 150) }));
    expect(crossings(play({ gate }, people))).toEqual(['out', 'out', 'out', 'out']);
  });

  test('who comes back out the same way with the same id is counted both ways', () => {
    const there: Actor = { id: '1', box: (s) => at(s < 3 ? 100 + 150 * s : 550 - 150 * (s - 3), 650) };
    expect(crossings(play({ gate }, [there], { seconds: 6 }))).toEqual(['out', 'in']);
  });

  test('who stands on the line and sways does not cross it', () => {
    const stands: Actor = { id: '1', box: (s) => at(300 + 9 * Math.sin(s * 5), 650 + 6 * Math.cos(s * 3)) };
    expect(crossings(play({ gate }, [stands], { tremble: 4 }))).toEqual([]);
  });

  test('one box beyond the line is no crossing, two are', () => {
    const jumps = (frames: number): Actor => ({
      id: '1',
      box: (s) => at(s >= 3 && s < 3 + frames / 6 - 0.01 ? 335 : 265, 650),
    });
    expect(crossings(play({ gate }, [jumps(1)], { seconds: 10 }))).toEqual([]);
    expect(crossings(play({ gate }, [jumps(2)], { seconds: 10 }))).toEqual(['out', 'in']);
  });

  test('a fast small car at one frame a second is counted', () => {
    const car: Actor = {
      id: '1',
      label: 'Car',
      box: (s) => (s > 4 ? undefined : { left: -370 + 400 * s, top: 500, right: -310 + 400 * s, bottom: 540 }),
    };
    expect(crossings(play({ gate }, [car], { fps: 1, seconds: 12 }))).toEqual(['out']);
  });

  test('a large box that leaves and a small one that comes elsewhere are two', () => {
    const big: Actor = { id: '1', label: 'Car', box: (s) => (s > 3 ? undefined : at(100 + 120 * s, 700, 400, 300)) };
    const small: Actor = {
      id: '2',
      label: 'Car',
      box: (s) => (s < 5 ? undefined : at(250 - 20 * (s - 5), 350, 60, 40)),
    };
    expect(crossings(play({ gate }, [big, small], { seconds: 10 }))).toEqual(['out']);
  });

  test('an id that changes in the midst of a walk is still one crossing', () => {
    const first: Actor = { id: '1', box: walk(0, 1.2, 100, 150) };
    const then: Actor = { id: '2', box: walk(1.34, 3, 301, 150) };
    expect(crossings(play({ gate }, [first, then], { seconds: 5 }))).toEqual(['out']);
  });

  test('a twin that names the dead band is obeyed', () => {
    const stands: Actor = { id: '1', box: (s) => at(300 + (Math.floor(s) % 2 === 0 ? -12 : 12), 650) };
    expect(crossings(play({ gate }, [stands], { seconds: 10 }))).toEqual([]);
    const counted = crossings(play({ gate: { ...gate, deadBand: 1 } }, [stands], { seconds: 10, tremble: 0 }));
    expect(counted.length).toBeGreaterThan(5);
  });
});

describe('people in a hall', () => {
  test('one that DeepStream still knows after seven seconds makes one visit', () => {
    const hidden: Actor = { id: '1', box: (s) => (s > 8 && s < 15 ? undefined : at(700, 700)) };
    const events = play({ hall: { ...hall, dwellMs: 20_000 } }, [hidden]);
    expect(typesOf(events)).toEqual(['area.entered', 'area.count', 'area.dwell']);
  });

  test('one that stood still behind a pillar is the same with another id', () => {
    const before: Actor = { id: '1', box: (s) => (s < 9 ? at(700, 700) : undefined) };
    const after: Actor = { id: '2', box: (s) => (s > 14 ? at(701, 699) : undefined) };
    const events = play({ hall: { ...hall, dwellMs: 20_000 } }, [before, after]);
    expect(typesOf(events)).toEqual(['area.entered', 'area.count', 'area.dwell']);
  });

  test('one that is seen outside is gone at once, one out of sight after leaveAfterMs', () => {
    const leaves: Actor = { id: '1', box: (s) => (s < 10 ? at(600, 700) : at(600 + 200 * (s - 10), 700)) };
    const vanishes: Actor = { id: '2', box: (s) => (s < 10 ? at(800, 600) : undefined) };
    const events = play({ hall }, [leaves, vanishes], { seconds: 30 });
    const exits = events.filter(({ type }) => type === 'area.exited').map(({ since }) => (since.ms - startMs) / 1_000);
    // In the order in which they are known: the one who was last seen earlier is waited for.
    expect(exits).toEqual([expect.closeTo(12, 0), expect.closeTo(10, 0)]);
    expect(countAt(events, 5)).toBe(2);
  });

  test('people who walk through one by one are never two', () => {
    const people = [0, 6, 12, 18].map((from, n): Actor => ({ id: `${n + 1}`, box: walk(from, from + 9, 300, 100) }));
    const events = play({ hall }, people, { seconds: 27 });
    const most = Math.max(...Array.from({ length: 270 }, (_, n) => countAt(events, n / 10)));
    expect(most).toBeLessThanOrEqual(2);
    expect(typesOf(events).filter((type) => type === 'area.entered')).toHaveLength(4);
    expect(countAt(events, 5)).toBe(1);
  });

  test('one who trembles at the edge stays', () => {
    const edge: Actor = { id: '1', box: (s) => at(400 + 8 * Math.sin(s * 4), 700) };
    expect(typesOf(play({ hall }, [edge], { tremble: 3 })).filter((type) => type !== 'area.count')).toEqual([
      'area.entered',
    ]);
  });

  test('short visits count, unless the twin asks for longer ones', () => {
    const people = [0, 4, 8].map((from, n): Actor => ({ id: `${n + 1}`, box: walk(from, from + 2.5, 300, 450) }));
    const entered = (defaults: object): number =>
      typesOf(play({ hall }, people, { defaults })).filter((type) => type === 'area.entered').length;
    expect(entered({})).toBe(3);
    expect(entered({ enterAfterMs: 2_000 })).toBe(0);
    expect(entered({ enterAfterMs: 2_000, area: { enterAfterMs: 800 } })).toBe(3);
    expect(entered({ area: { enterAfterMs: 2_000 } })).toBe(0);
  });

  test.each([
    [2, 5, 'available'],
    [5, 2, 'full'],
  ])('a capacity that changes from %i to %i makes it %s with the next frame', (from, to, state) => {
    const configOf = (capacity: number) => {
      const desired = parseDesired({ zones: { hall: { ...hall, capacity } } });
      if (!desired.ok) throw new Error(JSON.stringify(desired));
      return desired.config;
    };
    const pipeline = new Pipeline(configOf(from));
    const person = (trackId: string, x: number): Detection => ({ ...bystander, trackId, box: at(x, 700) });
    for (let n = 0; n < 60; n++) {
      if (n === 50) pipeline.configure(configOf(to));
      const timeMs = startMs + n * 200;
      const detections = [person('1', 500), person('2', 800)];
      const frame = { schema: 'minimal', sensor: 'cam', timeMs, frameNumber: `${n}`, detections } as const;
      pipeline.step({ type: 'frame', receivedMs: timeMs, frame });
    }
    expect(pipeline.zones()[0]).toMatchObject({ state });
  });
});
