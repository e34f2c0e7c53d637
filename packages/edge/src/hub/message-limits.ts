import { Buffer } from 'node:buffer';
import { wellFormed, wellFormedJson } from '@companion/foundation';
import { EdgeError } from './edge-error.ts';
import type { OutputMessage } from './hub.ts';

/** IoT Hub's and edgeHub's limit for one message, body and properties together. */
const messageLimitBytes = 256 * 1024;
/** What the hub adds of its own (device, module, times, authentication). A message that only just fits is acknowledged and then dropped. */
const headroomBytes = 2 * 1024;
/** Properties travel in the MQTT topic, whose length is a 16-bit number; the rest of the topic takes its share. */
const topicLimitBytes = 64 * 1024 - 1024;

/** The message with properties that a topic can hold: half a character, which no URL can, becomes U+FFFD. */
export function sendable(message: OutputMessage): OutputMessage {
  const { properties, messageId } = message;
  return {
    ...message,
    ...(messageId === undefined ? {} : { messageId: wellFormed(messageId) }),
    ...(properties === undefined ? {} : { properties: wellFormedJson(properties) }),
  };
}

/** Throws MESSAGE_TOO_LARGE where the hub would refuse the message, or take and drop it. */
export function checkMessageSize(message: OutputMessage): void {
  const bodyBytes =
    typeof message.body === 'string' ? Buffer.byteLength(message.body, 'utf8') : message.body.byteLength;
  let propertyBytes = 0;
  let topicBytes = 0;
  for (const [key, value] of [
    ...Object.entries(message.properties ?? {}),
    ['$.mid', message.messageId ?? ''] as const,
    ['$.ct', message.contentType ?? ''] as const,
    ['$.ce', message.contentEncoding ?? ''] as const,
  ]) {
    propertyBytes += Buffer.byteLength(key, 'utf8') + Buffer.byteLength(value, 'utf8');
    topicBytes += encodeURIComponent(key).length + encodeURIComponent(value).length + 2;
  }
  const sizeBytes = bodyBytes + propertyBytes;
  const limitBytes = messageLimitBytes - headroomBytes;
  if (sizeBytes > limitBytes) refuse('a message', sizeBytes, limitBytes);
  if (topicBytes > topicLimitBytes) refuse('the encoded properties of a message', topicBytes, topicLimitBytes);
}

function refuse(what: string, sizeBytes: number, limitBytes: number): never {
  throw new EdgeError('MESSAGE_TOO_LARGE', `${what} of ${sizeBytes} bytes may have ${limitBytes} bytes`, {
    facts: { sizeBytes, limitBytes },
  });
}
