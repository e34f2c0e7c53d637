import { expect, test } from 'vitest';
import { HubOutlet } from './hub-outlet.ts';

test('a hub that is behind costs messages, which are counted, and sending goes on when it has caught up', async () => {
  const held: (() => void)[] = [];
  const outputs: string[] = [];
  const outlet = new HubOutlet({
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    send: (output, message) => {
      // The Azure adapter sends nothing but the body.
      expect(Object.keys(message)).toEqual(['body']);
      outputs.push(output);
      return new Promise((resolve) => held.push(resolve));
    },
  });
  for (let n = 0; n < 100; n += 1) outlet.offer('detections', `message ${n}`);
  expect(outputs).toHaveLength(64);
  expect(outlet.counts).toEqual({ sent: 0, dropped: 36, failed: 0 });
  held.splice(0).forEach((release) => release());
  await new Promise(setImmediate);
  outlet.offer('detections', 'later');
  expect(outputs).toHaveLength(65);
  expect(outlet.counts).toEqual({ sent: 64, dropped: 36, failed: 0 });
});

test('a message that fails is counted when it was offered and told when it was sent', async () => {
  const outlet = new HubOutlet({
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    send: () => Promise.reject(new Error('no connection')),
  });
  outlet.offer('detections', 'one');
  await expect(outlet.send('detections', 'two')).rejects.toThrow('no connection');
  expect(outlet.counts).toEqual({ sent: 0, dropped: 0, failed: 2 });
});
