import { Buffer } from 'node:buffer';
import type { Message } from 'azure-iot-device';
// See guarded-transport.ts: only the default import works.
import iot from 'azure-iot-device';
import type { OutputMessage } from '../hub/hub.ts';

/** The message in the SDK's clothes. */
export function sdkMessage(message: OutputMessage): Message {
  const { body } = message;
  const made = new iot.Message(
    typeof body === 'string' ? Buffer.from(body, 'utf8') : Buffer.from(body.buffer, body.byteOffset, body.byteLength),
  );
  if (message.messageId !== undefined) made.messageId = message.messageId;
  // The SDK's type knows fewer content types and encodings than IoT Hub takes.
  if (message.contentType !== undefined) made.contentType = message.contentType as 'application/json';
  if (message.contentEncoding !== undefined) made.contentEncoding = message.contentEncoding as 'utf-8';
  for (const [key, value] of Object.entries(message.properties ?? {})) made.properties.add(key, value);
  // The SDK makes JSON of every message for a debug line, read or not: a quarter megabyte becomes a megabyte of digits.
  return Object.assign(made, { toJSON: () => '' });
}
