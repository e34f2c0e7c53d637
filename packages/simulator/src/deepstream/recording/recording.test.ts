import { expect, test } from 'vitest';
import { StandInError } from './stand-in-error.ts';
import { readRecording, writeRecording } from './recording.ts';
import type { Recording } from './recording.ts';

const header = '{"format":"companion-detections/1","fps":10,"width":1920,"height":1080,"frames":5}';

const recording: Recording = {
  sensor: 'Yard',
  fps: 10,
  width: 1920,
  height: 1080,
  frameCount: 5,
  frames: [
    { frame: 0, objects: [] },
    { frame: 3, objects: [{ id: '18446744073709551615', label: 'Car', box: [1, 2, 3.5, 4], confidence: 0.87 }] },
    { frame: 4, objects: [{ id: null, label: 'Zwei Räder\r', box: [-1, 0, 9, 9], confidence: null }] },
  ],
};

test('what is written reads back the same', () => {
  expect(readRecording(writeRecording(recording), 'yard.detections.jsonl')).toEqual(recording);
});

test.each([
  ['an empty file', '', 1, /not JSON/],
  ['a header of another format', '{"format":"other/1"}', 1, /format/],
  ['a line that is cut off', `${header}\n{"frame":0,"objects":[{"id"`, 2, /not JSON/],
  [
    'a box with three numbers',
    `${header}\n{"frame":0,"objects":[{"id":"1","label":"Car","box":[1,2,3],"confidence":1}]}`,
    2,
    /objects\.0\.box/,
  ],
  ['a key nobody knows', `${header}\n\n{"frame":0,"objects":[],"frames":2}`, 3, /frames/],
  [
    'a frame that comes twice',
    `${header}\n{"frame":1,"objects":[]}\n{"frame":1,"objects":[]}`,
    3,
    /does not come after/,
  ],
  ['a frame beyond the end', `${header}\n{"frame":5,"objects":[]}`, 2, /of 5 frames/],
])('%s is refused with file and line', (_, text, line, reason) => {
  let error: unknown;
  try {
    readRecording(text, 'yard.detections.jsonl');
  } catch (caught) {
    error = caught;
  }
  if (!(error instanceof StandInError)) throw new Error('expected a StandInError', { cause: error });
  expect(error.facts).toEqual({ file: 'yard.detections.jsonl', line });
  expect(error.message).toMatch(reason);
  expect(error.message.startsWith(`yard.detections.jsonl:${line}: `)).toBe(true);
});
