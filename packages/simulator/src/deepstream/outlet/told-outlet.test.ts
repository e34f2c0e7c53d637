import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { StreamOutlet } from './stream-outlet.ts';
import { ToldOutlet } from './told-outlet.ts';

test('every message is printed as the Azure adapter prints it', async () => {
  const log = new PassThrough();
  const outlet = new ToldOutlet(new StreamOutlet(new PassThrough()), log);
  await outlet.start();
  outlet.offer('detections', '{\n  "n" : 1\n}');
  await outlet.send('detections', new Uint8Array([65]));
  await outlet.stop();
  expect(String(log.read())).toBe(
    'nvds_msgapi_connect : connect success\nMessage sent : {\n  "n" : 1\n}\nMessage sent : A\nDisconnecting Azure..\n',
  );
  expect(outlet.counts.sent).toBe(2);
});
