import { Buffer } from 'node:buffer';
import { expect, test } from 'vitest';
import { checkMessageSize, sendable } from '../hub/message-limits.ts';
import { MethodDispatch } from './method-dispatch.ts';
import { readTwin } from './raw-twin.ts';

test('a twin comes without half characters, in keys and texts of both halves', () => {
  const half = { 'A\ud83d': { sensor: 'Yard\ud800' } };
  const twin = readTwin({ desired: { $version: 3, zones: half }, reported: { zones: half } });
  const mended = { zones: { 'A\ufffd': { sensor: 'Yard\ufffd' } } };
  expect(twin).toEqual({ desired: { version: 3, properties: mended }, reported: mended });
});

test('an answer that nests without end is no twin', () => {
  let deep: unknown[] = [];
  for (let n = 0; n < 100_000; n++) deep = [deep];
  expect(readTwin({ desired: { $version: 1, deep }, reported: {} })).toBeUndefined();
});

test('a method gets its payload without half characters, and no payload that nests without end', async () => {
  const methods = new MethodDispatch({ onFault: () => undefined });
  methods.add('echo', (payload) => ({ status: 200, payload }));
  const call = (text: string) => methods.call('echo', Buffer.from(text));
  expect(await call('{"zones":["\\ud800"]}')).toEqual({ status: 200, payload: { zones: ['\ufffd'] } });
  expect(await call('')).toEqual({ status: 200, payload: null });
  for (const text of ['['.repeat(100_000), `${'['.repeat(33)}${']'.repeat(33)}`, `"${'x'.repeat(300_000)}"`]) {
    expect(await call(text)).toMatchObject({ status: 400, payload: { error: { code: 'PAYLOAD_INVALID' } } });
  }
});

test('a message with half a character in a property or its id can be sent', () => {
  const message = sendable({ body: '{}', properties: { 'zone\udc00': 'A\ud800' }, messageId: '\ud800' });
  expect(message).toEqual({ body: '{}', properties: { 'zone\ufffd': 'A\ufffd' }, messageId: '\ufffd' });
  expect(() => checkMessageSize(message)).not.toThrow();
});
