import { expect, test } from 'vitest';
import { parseMessage } from './index.ts';

const json = `{
  "version" : "ds3d/1.0",
  "datamap@timestamp" : "1718000000000",
  "3d_objects" : [
    "1.5|2|0.5|4|1.8|1.6|0.9|Car"
  ]
}`;
/** Two points of protobuf: x, y, z and intensity; the second lacks what is zero. */
const points = [
  0x0a, 20, 0x0d, 0, 0, 128, 63, 0x15, 0, 0, 0, 64, 0x1d, 0, 0, 0, 63, 0x25, 0, 0, 128, 63, 0x0a, 5, 0x25, 0, 0, 0, 63,
];

test.each([
  ['objects', Buffer.from(json)],
  ['objects and a point cloud', Buffer.concat([Buffer.from(json), Buffer.from(points)])],
  ['a point cloud', Buffer.from(points)],
])('a message of ds3d with %s is named as such', (_, body) => {
  const message = parseMessage(body);
  expect(message).toMatchObject({ ok: false, reason: 'ds3d', detail: expect.stringContaining('ds3d') as string });
});
