import type { Detection } from '@companion/deepstream/message';
import fc from 'fast-check';
import { beforeEach, describe, expect, test } from 'vitest';
import type { SpotEvent, SpotZone } from '../zones/spot/index.ts';
import { holdMs } from '../sensor/frame-buffer.ts';
import { Pipeline, type ZoneEvent } from './pipeline.ts';
import { readSavedPipeline } from './saved-pipeline.ts';

const T = Date.UTC(2026, 4, 1, 10);
const frameMs = 100;

/** Two spots side by side, 100 wide and 60 high, and a lane above them. */
function spot(name: string, left: number, over: Partial<SpotZone> = {}): SpotZone {
  const polygon = [left, 100, left + 100, 100, left + 100, 160, left, 160];
  const rules = { classes: ['Car', 'Truck'], minConfidence: 0.3, enterAfterMs: 2_000, leaveAfterMs: 8_000 };
  const silence = { staleAfterMs: 30_000, silence: 'unknown' } as const;
  return { kind: 'spot', name, sensor: 'Yard', polygon, cover: 'either', ...rules, ...silence, ...over };
}
const a1 = spot('A1', 0);
const a2 = spot('A2', 100);

function car(left: number, over: Partial<Detection> = {}): Detection {
  const box = { left: left + 5, top: 95, right: left + 95, bottom: 155 };
  return { trackId: '7', label: 'Car', confidence: 0.9, box, ...over };
}
const inA1 = car(0);
const inA2 = car(100, { trackId: '8' });
const far = car(800, { trackId: '99' });

/** Plays frames and silences; time of receipt is the stamp's unless said otherwise. */
class Play {
  pipeline: Pipeline;
  events: ZoneEvent[] = [];
  nowMs = T;

  constructor(...zones: SpotZone[]) {
    this.pipeline = new Pipeline({ zones });
  }
  /** Frames for a while, 10 a second; `seen` is what the n-th shows. */
  frames(
    durationMs: number,
    seen: (n: number) => readonly Detection[],
    stamp?: (nowMs: number) => number | null,
  ): this {
    for (let n = 0; n < durationMs / frameMs; n++) {
      const timeMs = stamp ? stamp(this.nowMs) : this.nowMs;
      const frame = { schema: 'minimal', sensor: 'Yard', timeMs, frameNumber: `${n}`, detections: seen(n) } as const;
      this.events.push(...this.pipeline.step({ type: 'frame', frame, receivedMs: this.nowMs }));
      this.nowMs += frameMs;
    }
    return this;
  }
  /** No message at all, a tick every second. */
  silence(durationMs: number): this {
    for (const endMs = this.nowMs + durationMs; this.nowMs < endMs;) {
      this.nowMs += 1_000;
      this.events.push(...this.pipeline.step({ type: 'tick', nowMs: this.nowMs }));
    }
    return this;
  }
  /** What happened to the zones, as `zone state seconds`. */
  get story(): string[] {
    return this.spots.map((event) => `${event.zone} ${event.state} ${(event.since.ms - T) / 1_000}`);
  }
  get spots(): SpotEvent[] {
    return this.events.filter((event) => event.kind === 'spot');
  }
  get sensors(): string[] {
    const of = this.events.filter((event) => event.kind === 'sensor');
    return of.map(({ sensor, state, since }) => `${sensor} ${state} ${(since.ms - T) / 1_000}`);
  }
  stateOf(zone: string): string | undefined {
    return this.pipeline.zones().find((view) => view.zone === zone)?.state;
  }
}

let play: Play;
beforeEach(() => {
  play = new Play(a1, a2);
});

describe('a spot', () => {
  test('is occupied from the moment a car came to stand, and the others are empty', () => {
    play.frames(10_000, () => [inA1]);
    expect(play.story).toEqual(['A1 occupied 0', 'A2 empty 0']);
    expect(play.events[0]).toMatchObject({
      type: 'parking.parked',
      previous: 'unknown',
      previousSince: null,
      since: { ms: T, clock: 'device' },
      seen: { label: 'Car', confidence: 0.9, trackId: '7', box: { left: 5, top: 95, right: 95, bottom: 155 } },
      totals: { occupied: 1, empty: 0, unknown: 1, spots: 2 },
    });
  });

  test('is empty from the moment the car was gone, and says who left and since when it stood', () => {
    play.frames(20_000, () => [inA1]).frames(10_000, () => [far]);
    expect(play.story).toEqual(['A1 occupied 0', 'A2 empty 0', 'A1 empty 20']);
    expect(play.events[2]).toMatchObject({
      type: 'parking.empty',
      previous: 'occupied',
      previousSince: { ms: T },
      seen: { trackId: '7' },
    });
  });

  test('is neither before its delays are over', () => {
    play.frames(1_900 + holdMs, () => [inA1]);
    expect(play.events).toEqual([]);
    play.frames(200, () => [inA1]);
    expect(play.stateOf('A1')).toBe('occupied');
    play.frames(7_900, () => [far]);
    expect(play.stateOf('A1')).toBe('occupied');
  });

  test('stays occupied through missed detections and five seconds of fog', () => {
    play
      .frames(20_000, (n) => (n % 3 === 0 ? [inA1] : [far]))
      .frames(5_000, () => [far])
      .frames(5_000, () => [inA1]);
    expect(play.story).toEqual(['A1 occupied 0', 'A2 empty 0']);
  });

  test.each([
    ['of frames that show nothing', () => play.frames(5_000, () => [])],
    ['without any frame', () => play.silence(5_000)],
  ])('stays occupied through misses, five seconds %s, and one frame before more misses', (_, blackout) => {
    play.frames(10_000, () => [inA1, far]).frames(4_000, () => [far]);
    blackout();
    play
      .frames(frameMs, () => [inA1, far])
      .frames(2_000, () => [far])
      .frames(10_000, () => [inA1, far]);
    expect(play.story).toEqual(['A1 occupied 0', 'A2 empty 0']);
  });

  test('is empty in the end where the car left while the camera was blind', () => {
    play
      .frames(10_000, () => [inA1, far])
      .frames(5_000, () => [])
      .frames(9_000, () => [far]);
    expect(play.story.slice(2)).toEqual(['A1 empty 10']);
  });

  test('is empty in the end where frames show nothing at all', () => {
    play.frames(10_000, () => [inA1]).frames(9_000, () => []);
    expect(play.story.slice(2)).toEqual(['A1 empty 10']);
  });

  test('is not taken by false boxes that fall on it now and then', () => {
    play.frames(30_000, (n) => (n % 14 === 0 ? [inA1, far] : [far]));
    expect(play.stateOf('A1')).toBe('empty');
  });

  test('is taken by a car that is seen in a third of the frames only', () => {
    play.frames(10_000, (n) => (n % 3 === 0 ? [inA1, far] : [far]));
    expect(play.story).toEqual(['A1 occupied 0', 'A2 empty 0']);
  });

  test('does not care when one car carries eighteen ids, or none', () => {
    play.frames(60_000, (n) => [{ ...inA1, trackId: n % 2 === 0 ? `${Math.floor(n / 33)}` : null }]);
    expect(play.story).toEqual(['A1 occupied 0', 'A2 empty 0']);
  });

  test('takes one car where one id comes twice in a frame', () => {
    play.frames(10_000, () => [inA1, { ...inA2, trackId: inA1.trackId }]);
    expect(play.story).toEqual(['A1 occupied 0', 'A2 occupied 0']);
    expect(play.events.map((event) => event.seen?.trackId)).toEqual([null, null]);
  });

  test('is not taken by a pedestrian, nor freed by one who stands before the car', () => {
    const person = { ...inA1, label: 'Person' };
    play.frames(10_000, () => [person]);
    expect(play.story).toEqual(['A1 empty 0', 'A2 empty 0']);
    play
      .frames(5_000, () => [inA1])
      .frames(3_000, () => [person])
      .frames(9_000, () => [inA1, person]);
    expect(play.story.slice(2)).toEqual(['A1 occupied 10']);
  });

  test('is not taken by a car that passes through, however slow and long the queue', () => {
    play.frames(60_000, (n) => [car(((n * 5) % 400) - 100)]);
    expect(play.events.filter((event) => event.state === 'occupied')).toEqual([]);
  });

  test('is not taken by a car that waits in the lane and reaches a little into it', () => {
    const waiting = { ...inA1, box: { left: 5, top: 50, right: 95, bottom: 108 } };
    play.frames(20_000, () => [waiting]);
    expect(play.stateOf('A1')).toBe('empty');
  });

  test('is the only one that a large vehicle takes: the one it covers most', () => {
    const truck = { ...inA1, label: 'truck', box: { left: 5, top: 90, right: 165, bottom: 158 } };
    play.frames(10_000, () => [truck]);
    expect(play.story).toEqual(['A1 occupied 0', 'A2 empty 0']);
  });

  test('keeps a car that stands on the line, though its box trembles', () => {
    const trembling = (n: number) => [car(50 + (n % 2 === 0 ? -4 : 4))];
    play.frames(20_000, trembling);
    expect(play.events.filter((event) => event.state === 'occupied').map((event) => event.zone)).toEqual(['A1']);
  });

  test('sees no detection below its confidence, and every one without', () => {
    play.frames(10_000, () => [
      { ...inA1, confidence: 0.29 },
      { ...inA2, confidence: null },
    ]);
    expect(play.story.sort()).toEqual(['A1 empty 0', 'A2 occupied 0']);
  });

  test.each([0, -0, -0.1])('does not take a confidence of %s for one: test5 sends it for none', (confidence) => {
    play.frames(10_000, () => [car(0, { confidence })]);
    expect(play.story).toEqual(['A1 occupied 0', 'A2 empty 0']);
    expect(play.events[0]?.seen?.confidence).toBeNull();
    play.frames(20_000, () => [far]);
    expect(play.events.at(-1)).toMatchObject({ type: 'parking.empty', seen: { confidence: null } });
  });

  test('sees no box with a number that no frame reaches', () => {
    const wrong = { left: 5, top: 95, right: -(2 ** 31), bottom: 155 };
    play.frames(10_000, () => [far, car(0, { box: wrong }), car(0, { box: { ...wrong, right: 3.4e38 } })]);
    expect(play.story).toEqual(['A1 empty 0', 'A2 empty 0']);
  });

  test('sees no box that is missing or has no area, and puts swapped corners right', () => {
    const swapped = { left: 195, top: 155, right: 105, bottom: 95 };
    play.frames(10_000, () => [
      { ...inA1, box: null },
      { ...inA1, box: { left: 9, top: 120, right: 9, bottom: 150 } },
      { ...inA2, box: swapped },
    ]);
    expect(play.story.sort()).toEqual(['A1 empty 0', 'A2 occupied 0']);
  });

  test('is not decided by one frame after a gap', () => {
    play.frames(10_000, () => [inA1]);
    play.nowMs += 600_000;
    play.frames(1_000, () => [far]).frames(5_000, () => [inA1]);
    expect(play.story).toEqual(['A1 occupied 0', 'A2 empty 0']);
  });

  test('is found by the full schema too, which brings one object a message and calls every car a vehicle', () => {
    for (let n = 0; n < 100; n++) {
      for (const detection of [{ ...inA1, label: 'vehicle' }, far, inA2]) {
        const frame = {
          schema: 'full',
          sensor: 'Yard',
          timeMs: T + n * 100,
          frameNumber: null,
          detections: [detection],
        } as const;
        play.events.push(...play.pipeline.step({ type: 'frame', frame, receivedMs: T + n * 100 }));
      }
    }
    expect(play.story).toEqual(['A1 occupied 0', 'A2 occupied 0']);
  });
});

describe('the events of any input', () => {
  test('follow each other: each starts where the one before ended, later, and the totals add up', () => {
    const part = fc.record({
      kind: fc.constantFrom('frames', 'silence'),
      durationMs: fc.integer({ min: 100, max: 15_000 }),
      seen: fc.subarray([inA1, inA2, far, { ...inA1, label: 'Person' }]),
      stamp: fc.constantFrom('good', 'good', 'good', '1970', 'none', 'an hour back'),
    });
    const stamps: Record<string, (nowMs: number) => number | null> = {
      good: (nowMs) => nowMs,
      '1970': () => 0,
      none: () => null,
      'an hour back': (nowMs) => nowMs - 3_600_000,
    };
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const any = new Play(a1, a2);
        any.frames(100, () => [far]);
        for (const { kind, durationMs, seen, stamp } of parts) {
          if (kind === 'silence') any.silence(durationMs);
          else any.frames(durationMs, () => seen, stamps[stamp]);
        }
        for (const zone of ['A1', 'A2']) {
          let last: Pick<SpotEvent, 'state' | 'since'> | undefined;
          for (const event of any.spots.filter((candidate) => candidate.zone === zone)) {
            expect(event.state).not.toBe(event.previous);
            expect(event.previous).toBe(last?.state ?? 'unknown');
            expect(event.previousSince).toEqual(last?.since ?? null);
            expect(event.since.ms).toBeGreaterThanOrEqual(last?.since.ms ?? T);
            expect(event.totals.occupied + event.totals.empty + event.totals.unknown).toBe(event.totals.spots);
            last = event;
          }
          expect(any.stateOf(zone)).toBe(last?.state ?? 'unknown');
        }
      }),
      { numRuns: 60 },
    );
  });
});

describe('time', () => {
  test('stamped 1970 on the first frames changes nothing', () => {
    let n = 0;
    play.frames(
      10_000,
      () => [inA1],
      (nowMs) => (n++ < 2 ? 0 : nowMs),
    );
    expect(play.story).toEqual(['A1 occupied 0', 'A2 empty 0']);
    expect(play.events[0]?.since.clock).toBe('received');
  });

  test('of a recording is kept, even if its first stamp is 1970', () => {
    const recorded = Date.UTC(2018, 8, 12) - T;
    let n = 0;
    play.frames(
      10_000,
      () => [inA1],
      (nowMs) => (n++ === 0 ? 0 : nowMs + recorded),
    );
    expect(play.events.map((event) => new Date(event.since.ms).toISOString())).toEqual([
      '2018-09-12T00:00:00.000Z',
      '2018-09-12T00:00:00.000Z',
    ]);
  });

  test('is the time of receipt for a camera that never stamps', () => {
    play.frames(
      10_000,
      () => [inA1],
      () => null,
    );
    expect(play.story).toEqual(['A1 occupied 0', 'A2 empty 0']);
    expect(play.events[0]?.since.clock).toBe('received');
  });
});

/** The sensor Yard beside another that is heard all the time. */
function besideRoof(seconds: number, yard: (second: number) => readonly Detection[] | null): void {
  for (let s = 0; s < seconds; s++) {
    const [timeMs, frameNumber] = [play.nowMs, `${s}`];
    const seen = { Yard: yard(s), Roof: [car(800)] };
    for (const [sensor, detections] of Object.entries(seen)) {
      if (detections === null) continue;
      const frame = { schema: 'minimal', sensor, timeMs, frameNumber, detections } as const;
      play.events.push(...play.pipeline.step({ type: 'frame', frame, receivedMs: play.nowMs }));
    }
    play.silence(1_000);
  }
}

describe('a sensor that sends frames without objects too', () => {
  const emptyFrames = (sensor: string) =>
    play.pipeline.sensors(play.nowMs).find((view) => view.sensor === sensor)?.emptyFrames;

  beforeEach(() => {
    play = new Play(a1, a2, spot('B1', 0, { sensor: 'Roof' }));
  });

  test('is known by a handful of them in a row, not by some of them', () => {
    besideRoof(60, (s) => (s % 5 === 4 ? [far] : []));
    expect(emptyFrames('Yard')).toBe(false);
    besideRoof(10, () => []);
    expect([emptyFrames('Yard'), emptyFrames('Roof')]).toEqual([true, false]);
  });

  test('is not known by empty frames that come only when a scene has become empty', () => {
    besideRoof(300, (s) => (s % 30 === 0 ? [] : null));
    expect(emptyFrames('Yard')).toBe(false);
  });

  test('is lost when it is silent, though nothing stood in the scene and others are heard', () => {
    besideRoof(20, () => []);
    expect(play.story.filter((line) => line.startsWith('A'))).toEqual(['A1 empty 0', 'A2 empty 0']);
    besideRoof(60, () => null);
    expect(play.sensors).toEqual(['Yard lost 49']);
    expect(play.stateOf('A1')).toBe('unknown');
  });

  test('is lost when it is silent even where silence means empty to its zones', () => {
    play = new Play({ ...a1, silence: 'empty' });
    play.frames(10_000, () => []).silence(60_000);
    expect(play.sensors).toEqual(['Yard lost 40']);
    expect(play.stateOf('A1')).toBe('empty');
  });

  test('without which the same silence is an empty scene', () => {
    besideRoof(20, () => [far]);
    besideRoof(60, () => null);
    expect(play.sensors).toEqual([]);
    expect(play.stateOf('A1')).toBe('empty');
  });

  test('has a bare spot where they show nothing for the usual delay, and not before', () => {
    play = new Play(a1);
    play.frames(10_000, () => []).frames(10_000, () => [inA1]);
    // A car that the detector misses in every second frame, and for five seconds, is still there.
    play
      .frames(20_000, (n) => (n % 2 === 0 ? [inA1] : []))
      .frames(5_000, () => [])
      .frames(2_000, () => [inA1]);
    expect(play.story).toEqual(['A1 empty 0', 'A1 occupied 10']);
    play.frames(10_000, () => []);
    expect(play.story.slice(2)).toEqual(['A1 empty 47']);
  });

  test('is learned anew after a loss: the config may send none any more', () => {
    besideRoof(20, () => []);
    besideRoof(60, () => null);
    besideRoof(10, () => [far]);
    expect(play.sensors).toEqual(['Yard lost 49', 'Yard alive 80']);
    expect(emptyFrames('Yard')).toBe(false);
    besideRoof(60, () => null);
    expect(play.sensors).toHaveLength(2);
  });

  test('is still known after a restart', () => {
    besideRoof(20, () => []);
    const state = JSON.parse(JSON.stringify(play.pipeline.state())) as ReturnType<Pipeline['state']>;
    const config = { zones: [a1, a2, spot('B1', 0, { sensor: 'Roof' })] };
    const saved = readSavedPipeline(config, state);
    expect(saved.omitted).toEqual([]);
    play.pipeline = new Pipeline(saved.config, saved.state);
    expect(emptyFrames('Yard')).toBe(true);
  });
});

describe('a fault that DeepStream reports', () => {
  const fault = (critical: boolean, text: string, sensor = 'Yard') =>
    play.events.push(...play.pipeline.step({ type: 'fault', sensor, fault: { critical, text } }));
  const losses = () => play.events.filter((event) => event.kind === 'sensor');

  beforeEach(() => {
    play = new Play(a1, a2, spot('B1', 0, { sensor: 'Roof' }));
    besideRoof(20, () => [far]);
  });

  test('makes silence a loss, and is its reason', () => {
    fault(true, 'Could not read.');
    fault(false, 'Still slow.');
    besideRoof(60, () => null);
    expect(losses()).toMatchObject([{ sensor: 'Yard', type: 'sensor.lost', reason: 'Could not read.' }]);
    expect(play.stateOf('A1')).toBe('unknown');
    besideRoof(2, () => [far]);
    expect(losses()[1]).toMatchObject({ type: 'sensor.restored' });
    expect(losses()[1]).not.toHaveProperty('reason');
  });

  test('changes nothing while frames come, and is over with the next one', () => {
    fault(true, 'Could not read.');
    besideRoof(2, () => [far]);
    besideRoof(60, () => null);
    expect(losses()).toEqual([]);
  });

  test('that is a warning says nothing of silence, nor does one of another sensor', () => {
    fault(false, 'Slow.');
    fault(true, 'Gone.', 'Street');
    besideRoof(60, () => null);
    expect(losses()).toEqual([]);
  });

  test('is remembered over a restart', () => {
    fault(true, 'Could not read.');
    const state = JSON.parse(JSON.stringify(play.pipeline.state())) as ReturnType<Pipeline['state']>;
    const saved = readSavedPipeline({ zones: [a1, a2, spot('B1', 0, { sensor: 'Roof' })] }, state);
    play.pipeline = new Pipeline(saved.config, saved.state);
    besideRoof(60, () => null);
    expect(losses()).toMatchObject([{ reason: 'Could not read.' }]);
  });
});

describe('silence', () => {
  const slow = (nowMs: number) => nowMs - 3_600_000;

  test('goes on with what the frames before it showed, once it has lasted itself, in the time of the sensor', () => {
    play.frames(10_000, () => [inA1], slow).frames(2_000, () => [far], slow);
    play.silence(7_000);
    expect(play.stateOf('A1')).toBe('occupied');
    play.silence(2_000);
    expect(play.story).toEqual(['A1 occupied -3600', 'A2 empty -3600', 'A1 empty -3590']);
    expect(play.spots[2]?.since.clock).toBe('device');
  });

  test('empties nothing while a car stood in the scene when it began', () => {
    play
      .frames(10_000, () => [inA1, inA2])
      .frames(2_000, () => [inA2])
      .silence(60_000);
    expect(play.story.slice(2)).toEqual(['A1 unknown 42', 'A2 unknown 42']);
  });

  test('does not empty the spot of a car that stood there until it began, and makes it unknown in the end', () => {
    play.frames(10_000, () => [inA1]).silence(60_000);
    expect(play.story.slice(2)).toEqual(['A1 unknown 40', 'A2 unknown 40']);
    expect(play.sensors).toEqual(['Yard lost 40']);
    play.frames(10_000, () => [inA1]);
    expect(play.story.slice(4)).toEqual(['A1 occupied 70', 'A2 empty 70']);
    expect(play.sensors.slice(1)).toEqual(['Yard alive 70']);
  });

  test('is an empty scene where nothing stood and other cameras are heard', () => {
    play = new Play(a1, a2, spot('B1', 0, { sensor: 'Roof' }));
    play.frames(20_000, (n) => [car(n * 5)]);
    for (let s = 0; s < 60; s++) {
      const frame = {
        schema: 'minimal',
        sensor: 'Roof',
        timeMs: play.nowMs,
        frameNumber: `${s}`,
        detections: [],
      } as const;
      play.events.push(...play.pipeline.step({ type: 'frame', frame, receivedMs: play.nowMs }));
      play.silence(1_000);
    }
    expect(play.sensors).toEqual([]);
    expect(play.stateOf('A2')).toBe('empty');
  });

  test('means empty, or nothing at all, where the zone says so', () => {
    play = new Play({ ...a1, silence: 'empty' }, { ...a2, silence: 'keep' });
    play.frames(10_000, () => [inA1, inA2]).silence(60_000);
    expect(play.story.sort()).toEqual(['A1 empty 9.9', 'A1 occupied 0', 'A2 occupied 0']);
  });

  test('says nothing about a sensor that was never heard', () => {
    expect(play.silence(120_000).events).toEqual([]);
    expect(play.pipeline.totals()).toEqual({ occupied: 0, empty: 0, unknown: 2, spots: 2 });
  });

  test('does not count while no ticks come', () => {
    play.frames(10_000, () => [inA1]);
    play.nowMs += 3_600_000;
    play.silence(2_000);
    expect(play.stateOf('A1')).toBe('occupied');
  });

  test('says nothing about a spot that came while the sensor was silent', () => {
    play.frames(10_000, () => [inA1]).silence(2_000);
    play.pipeline.configure({ zones: [a1, spot('A3', 200)] });
    play.silence(20_000);
    expect(play.stateOf('A3')).toBe('unknown');
  });

  test('of nobody looking for long makes everything unknown', () => {
    play.frames(10_000, () => [inA1]);
    play.events = [...play.pipeline.step({ type: 'gap' })];
    expect(play.events.map(({ type }) => type)).toEqual(['sensor.lost', 'parking.unknown', 'parking.unknown']);
  });
});

describe('other zones', () => {
  test('leave the unchanged ones as they are', () => {
    play.frames(10_000, () => [inA1]);
    play.pipeline.configure({
      zones: [{ ...a1, leaveAfterMs: 4_000 }, { ...a2, polygon: [0, 0, 9, 0, 9, 9] }, spot('A3', 200)],
    });
    expect(play.pipeline.zones().map((view) => view.state)).toEqual(['occupied', 'unknown', 'unknown']);
    play.events = [];
    play.frames(5_000, () => [far]);
    expect(play.story).toEqual(['A1 empty 10']);
  });

  test('that are the same lose only the states that are to be forgotten, and the sensor stays lost until it is heard', () => {
    play.frames(10_000, () => [inA1]).silence(60_000);
    const both = { zones: [a1, a2] };
    play.pipeline.configure(both, new Set(['A1', 'A2']));
    expect(play.pipeline.zones().map((view) => view.since)).toEqual([null, null]);
    play.silence(60_000).frames(10_000, () => [inA1]);
    expect(play.sensors).toEqual(['Yard lost 40', 'Yard alive 130']);
    play.pipeline.configure(both, new Set(['A2']));
    expect(play.pipeline.zones().map((view) => view.state)).toEqual(['occupied', 'unknown']);
  });

  test('of other sensors do not hear of this one', () => {
    play = new Play(a1, spot('B1', 0, { sensor: 'Roof' }));
    play.frames(10_000, () => [inA1]);
    expect(play.story).toEqual(['A1 occupied 0']);
  });

  test('may be none', () => {
    play = new Play();
    expect(play.frames(1_000, () => [inA1]).silence(60_000).events).toEqual([]);
  });
});

describe('a restart', () => {
  test('without memory starts from unknown', () => {
    play.frames(10_000, () => [inA1]);
    const restarted = new Play(a1, a2);
    restarted.nowMs = play.nowMs;
    restarted.frames(10_000, () => [inA1]);
    expect(restarted.spots.map((event) => `${event.zone} ${event.previous} ${event.state}`)).toEqual([
      'A1 unknown occupied',
      'A2 unknown empty',
    ]);
  });

  test('with what it remembered, through JSON and at any moment, changes no event', () => {
    const scene = (whole: Play, restart: (at: number) => void): string[] => {
      for (let s = 0; s < 60; s++) {
        restart(s);
        if (s < 40) whole.frames(1_000, () => (s > 5 && s < 25 ? [inA1, far] : [far]));
        else whole.silence(1_000);
      }
      return whole.story;
    };
    const undisturbed = scene(new Play(a1, a2), () => undefined);
    expect(undisturbed).toEqual(['A1 occupied 6', 'A2 empty 0', 'A1 empty 25']);
    for (let at = 0; at < 60; at++) {
      const disturbed = new Play(a1, a2);
      const story = scene(disturbed, (s) => {
        const state = JSON.parse(JSON.stringify(disturbed.pipeline.state())) as ReturnType<Pipeline['state']>;
        if (s === at) disturbed.pipeline = new Pipeline({ zones: [a1, a2] }, state);
      });
      expect(story).toEqual(undisturbed);
    }
  });
});
