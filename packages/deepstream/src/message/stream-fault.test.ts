import { expect, test } from 'vitest';
import { encodeMinimal, parseMessage } from './index.ts';

/** As DeepStream's format string prints it (deepstream_app.c). */
function printed(stream: string, type: string, event: string): string {
  return `{
  "stream_id" : "${stream}",
  "timestamp" : "2026-11-27 12:00:00",
  "type" : "${type}",
  "source" : "jetson (10.0.0.7)",
  "event" : "${event}"
}
`;
}
const fault = (sensor: string | null, severity: string, text: string) => ({
  sensor,
  severity,
  source: 'jetson (10.0.0.7)',
  text,
});

test.each([
  ['an error', printed('Yard', 'CRITICAL', 'Could not read.'), fault('Yard', 'critical', 'Could not read.')],
  ['a warning', printed('Yard', 'FUNCTIONAL', 'Slow.'), fault('Yard', 'functional', 'Slow.')],
  ['what is about no sensor', printed('N/A', 'CRITICAL', 'Oh.'), fault(null, 'critical', 'Oh.')],
  ['quotes', printed('a', 'CRITICAL', 'No file "a.mp4"'), fault('a', 'critical', 'No file "a.mp4"')],
  ['lines', printed('a', 'CRITICAL', 'one\ntwo'), fault('a', 'critical', 'one\ntwo')],
  ['its own end', printed('a', 'CRITICAL', 'a "\n} b'), fault('a', 'critical', 'a "\n} b')],
])('DeepStream’s word of a stream in trouble is read: %s', (_, text, expected) => {
  for (const input of [text, Buffer.from(text)]) {
    expect(parseMessage(input)).toEqual({ ok: true, frames: [], faults: [expected], droppedNumbers: 0, rejected: {} });
  }
});

test('stands beside frames of the same input', () => {
  const frame = encodeMinimal({ sensor: 'Yard', timeMs: 0, frameNumber: '1', detections: [] });
  const message = parseMessage(`${frame}\n${printed('Yard', 'CRITICAL', 'Could not read.')}`);
  expect(message).toMatchObject({ ok: true, frames: [{ sensor: 'Yard' }], faults: [{ text: 'Could not read.' }] });
});

test.each([
  ['without a stream', '{"type":"CRITICAL","event":"e"}'],
  ['of another type', printed('a', 'MINOR', 'e')],
  ['cut off', printed('a', 'CRITICAL', 'No file "a').slice(0, -6)],
])('is not taken from a message %s', (_, text) => {
  expect(parseMessage(text)).toMatchObject({ ok: false });
});

test('takes linear time where its marks repeat', () => {
  const text = '{\n  "stream_id" : "' + '",\n  "timestamp" : "'.repeat(50_000);
  const started = performance.now();
  expect(parseMessage(text).ok).toBe(false);
  expect(performance.now() - started).toBeLessThan(10_000);
});
