import { expect, test } from 'vitest';

import { LogReader } from './log-frames.ts';

function frame(stream: number, text: string): Buffer {
  const body = Buffer.from(text);
  const header = Buffer.from([stream, 0, 0, 0, 0, 0, 0, 0]);
  header.writeUInt32BE(body.length, 4);
  return Buffer.concat([header, body]);
}

test.each([1, 3, 8, 1000])('lines of both streams are told apart, however the bytes arrive (%i at a time)', (size) => {
  const bytes = Buffer.concat([
    frame(1, 'one\ntw'),
    frame(2, 'error\n'),
    frame(1, 'o\nü'),
    frame(1, ''),
    frame(2, 'rest'),
  ]);
  const lines: string[] = [];
  const reader = new LogReader((line) => lines.push(line));
  for (let at = 0; at < bytes.length; at += size) reader.write(bytes.subarray(at, at + size));
  reader.end();
  expect(lines).toEqual(['one', 'error', 'two', 'ü', 'rest']);
});
