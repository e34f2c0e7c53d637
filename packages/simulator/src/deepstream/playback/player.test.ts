import { expect, test } from 'vitest';
import { WaitingClock } from '../testing/waiting-clock.ts';
import { playSource } from './player.ts';
import type { PlayedFrame } from './player.ts';
import type { RecordedFrame } from '../recording/recording.ts';
import type { SourcePlan } from '../plan/source-plan.ts';

const seen = (frame: number, id: string | null = '1'): RecordedFrame => ({
  frame,
  objects: [{ id, label: 'Car', box: [0, 0, 1, 1], confidence: null }],
});

function source(frames: readonly RecordedFrame[], frameCount: number): SourcePlan {
  const recording = { sensor: undefined, fps: 10, width: 1, height: 1, frameCount, frames };
  return { group: 'source0', stream: 0, camera: 0, sensorId: undefined, file: 'yard.y4m', recording };
}

test('stamps are the times at which frames were due, but zero for the first with objects', async () => {
  const played: PlayedFrame[] = [];
  await playSource({
    source: source([seen(1), seen(2), seen(4)], 5),
    fps: undefined,
    loops: false,
    clock: new WaitingClock(1000),
    signal: new AbortController().signal,
    onFrame: (frame) => played.push(frame),
  });
  expect(played.map(({ frameNumber, timeMs, objects }) => [frameNumber, timeMs, objects.length])).toEqual([
    [0, 1000, 0],
    [1, 0, 1],
    [2, 1200, 1],
    [3, 1300, 0],
    [4, 1400, 1],
  ]);
});

test('a process that stood still plays on from then, without a rush and without a stamp from the past', async () => {
  const clock = new WaitingClock(0);
  const played: [at: number, stamp: number][] = [];
  await playSource({
    source: source(
      [0, 1, 2, 3, 4].map((frame) => seen(frame)),
      5,
    ),
    fps: undefined,
    loops: false,
    clock,
    signal: new AbortController().signal,
    onFrame: ({ frameNumber, timeMs }) => {
      played.push([clock.now(), timeMs]);
      if (frameNumber === 1) clock.advance(60_000);
    },
  });
  expect(played).toEqual([
    [0, 0],
    [100, 100],
    [60_100, 60_100],
    [60_200, 60_200],
    [60_300, 60_300],
  ]);
});

test('tracks of a file that starts anew are new tracks, within 64 bits, and untracked stays untracked', async () => {
  const abort = new AbortController();
  const ids: (string | null)[] = [];
  await playSource({
    source: source([seen(0, '18446744073709551614'), seen(1, 'word'), seen(2, null)], 3),
    fps: 1000,
    loops: true,
    clock: new WaitingClock(0),
    signal: abort.signal,
    onFrame: ({ objects }) => {
      ids.push(...objects.map(({ id }) => id));
      if (ids.length === 6) abort.abort();
    },
  });
  expect(ids).toEqual(['18446744073709551614', 'word', null, '18446744073709551613', 'word', null]);
});
