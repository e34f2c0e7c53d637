import { parseMessage } from '@companion/deepstream/message';
import type { Detection, Frame, ParsedMessage, StreamFault } from '@companion/deepstream/message';
import { formatDiagnostic, type Diagnostic } from '@companion/foundation';
import { defineCommand } from '../command/command.ts';
import { readInput } from '../files/input.ts';

/** `companion message parse`. */
export const command = defineCommand({
  operands: 'FILE',
  notes: `FILE (- is stdin) holds the full or the minimal schema: one message, JSON lines, an array, or one protobuf frame.
Exit code 1 where not a single frame can be read.`,
  examples: [
    'companion message parse messages.jsonl',
    'mosquitto_sub -t detections -C 1 | companion message parse - --json',
  ],
  options: { json: { type: 'flag', help: 'print JSON: frames, and what was dropped or rejected' } },
  run: async ({ operands: [path], options }, terminal) => {
    const bytes = await readInput(path, terminal);
    const message = parseMessage(bytes, { limits: 'none' });
    if (options.json) terminal.out(`${JSON.stringify(message, null, 2)}\n`);
    else if (message.ok)
      terminal.out([...message.frames.map(frameText), ...(message.faults ?? []).map(faultText)].join(''));
    for (const one of diagnose(message, bytes)) {
      terminal.err(`${formatDiagnostic({ ...one, at: { file: path, ...one.at } })}\n`);
    }
    return message.ok ? 0 : 1;
  },
});

function frameText({ schema, sensor, timeMs, frameNumber, detections }: Frame): string {
  const time = timeMs === null ? 'no time' : new Date(timeMs).toISOString();
  const number = frameNumber === null ? '' : ` frame ${frameNumber}`;
  const count = `${detections.length} ${detections.length === 1 ? 'detection' : 'detections'}`;
  return `${JSON.stringify(sensor)} ${time}${number} (${schema}): ${count}\n${detections.map(detectionText).join('')}`;
}

function faultText({ sensor, severity, source, text }: StreamFault): string {
  return `${sensor === null ? 'no sensor' : JSON.stringify(sensor)} ${severity}, says ${source}: ${JSON.stringify(text)}\n`;
}

function detectionText({ trackId, label, box, confidence, eventType, parkingSpot }: Detection): string {
  const parts = [
    trackId === null ? 'untracked' : `#${trackId}`,
    JSON.stringify(label),
    box === null ? 'no box' : `${box.left},${box.top} to ${box.right},${box.bottom}`,
    ...(confidence === null ? [] : [`confidence ${confidence}`]),
    ...(eventType === undefined ? [] : [`event ${JSON.stringify(eventType)}`]),
    ...(parkingSpot === undefined ? [] : [`spot ${JSON.stringify(parkingSpot)}`]),
  ];
  return `  ${parts.join(' ')}\n`;
}

function* diagnose(message: ParsedMessage, bytes: Uint8Array): Generator<Diagnostic> {
  if (!message.ok) {
    const line = message.offset === undefined ? undefined : lineAt(bytes, message.offset);
    yield { severity: 'error', code: message.reason, at: { line }, message: message.detail };
    return;
  }
  for (const [reason, count] of Object.entries(message.rejected)) {
    yield { severity: 'warning', code: reason, at: {}, message: `${count} not read` };
  }
  if (message.droppedNumbers > 0) {
    const text = `${message.droppedNumbers} numbers dropped: NaN, infinite or out of range`;
    yield { severity: 'warning', code: 'dropped-numbers', at: {}, message: text };
  }
}

/** The line, counted from 1, of an offset in UTF-16 units. */
function lineAt(bytes: Uint8Array, offset: number): number {
  return new TextDecoder().decode(bytes).slice(0, offset).split('\n').length;
}
