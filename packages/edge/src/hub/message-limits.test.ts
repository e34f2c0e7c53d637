import { expect, test } from 'vitest';
import { checkMessageSize } from './message-limits.ts';

const tooLarge = expect.objectContaining({ code: 'MESSAGE_TOO_LARGE' }) as Error;

test('a body leaves room for what the hub adds', () => {
  expect(() => checkMessageSize({ body: 'x'.repeat(253 * 1024) })).not.toThrow();
  expect(() => checkMessageSize({ body: 'x'.repeat(255 * 1024) })).toThrow(tooLarge);
});

test('properties count, and text counts in bytes', () => {
  const body = new Uint8Array(250 * 1024);
  expect(() => checkMessageSize({ body, properties: { note: 'ü'.repeat(1024) } })).not.toThrow();
  expect(() => checkMessageSize({ body, properties: { note: 'ü'.repeat(3 * 1024) } })).toThrow(tooLarge);
});

test('properties that no MQTT topic can hold are refused, however small the body', () => {
  expect(() => checkMessageSize({ body: '', properties: { note: ' '.repeat(22_000) } })).toThrow(tooLarge);
});
