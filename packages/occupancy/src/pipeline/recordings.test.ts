import { existsSync, readFileSync } from 'node:fs';
import { parseMessage } from '@companion/deepstream/message';
import { describe, expect, test } from 'vitest';
import { parseDesired } from '../desired/desired.ts';
import { garageRecording, yardParked, yardRecording } from '../testing/recordings.ts';
import { Pipeline, type ZoneEvent } from './pipeline.ts';

/** Recordings of others, where they are present; what they cover is covered by ours too. */
const shared = new URL('../../../../../shared/data/', import.meta.url);
const sample = new URL('minimal-sample.json', shared);
const garage = new URL('parking360.jsonl', shared);
const received = Date.UTC(2026, 4, 1);

function pipelineOf(zones: object): Pipeline {
  const desired = parseDesired({ zones });
  if (!desired.ok) throw new Error('bad zones');
  return new Pipeline(desired.config);
}

/** Zone, state, time and clock of all changes in a yard. */
function yardChanges(text: string) {
  const pipeline = pipelineOf({
    A3: { kind: 'spot', sensor: 'Yard', polygon: [409, 351, 544, 351, 544, 465, 409, 465] },
    A4: { kind: 'spot', sensor: 'Yard', polygon: [545, 351, 680, 351, 680, 465, 545, 465] },
    H1: { kind: 'spot', sensor: 'House', polygon: [409, 351, 544, 351, 544, 465, 409, 465] },
  });
  const message = parseMessage(text);
  if (!message.ok) throw new Error(message.detail);
  const events = [
    ...message.frames.flatMap((frame, n): readonly ZoneEvent[] =>
      pipeline.step({ type: 'frame', frame, receivedMs: received + n }),
    ),
    ...pipeline.step({ type: 'end' }),
  ];
  return events.map(({ zone, state, since }) => [zone, state, new Date(since.ms).toISOString(), since.clock]);
}

/** The spots of a garage as messages said last, and how often that was another than before. */
function lastSaid(lines: readonly string[]) {
  const last = new Map<string, string>();
  let changes = 0;
  for (const { place, event } of lines.map((line) => JSON.parse(line) as Message)) {
    const id = place.parkingSpot?.id;
    if (id === undefined || (event.type !== 'parked' && event.type !== 'empty')) continue;
    const state = event.type === 'parked' ? 'occupied' : 'empty';
    if (last.get(id) !== state) changes++;
    last.set(id, state);
  }
  return { last, changes };
}

function expectLastSaid(lines: readonly string[]): void {
  const { last, changes } = lastSaid(lines);
  const pipeline = pipelineOf(
    Object.fromEntries([...last.keys()].map((id) => [`zone ${id}`, { kind: 'spot', parkingSpot: id }])),
  );
  const events: ZoneEvent[] = [];
  for (const [n, line] of lines.entries()) {
    const message = parseMessage(line);
    if (!message.ok) throw new Error(message.detail);
    const receivedMs = received + n * 500;
    for (const frame of message.frames) events.push(...pipeline.step({ type: 'frame', frame, receivedMs }));
    events.push(...pipeline.step({ type: 'tick', nowMs: receivedMs }));
  }
  events.push(...pipeline.step({ type: 'end' }));
  expect(Object.fromEntries(pipeline.zones().map(({ zone, state }) => [zone, state]))).toEqual(
    Object.fromEntries([...last].map(([id, state]) => [`zone ${id}`, state])),
  );
  expect(events).toHaveLength(changes);
}

describe('recorded messages', () => {
  test('of a yard give one parked car', () => {
    expect(yardChanges(yardRecording())).toEqual([['A3', 'occupied', yardParked, 'device']]);
  });

  test.skipIf(!existsSync(sample))(
    'of another yard do too (in addition, from ../shared/data/minimal-sample.json)',
    () => {
      expect(yardChanges(readFileSync(sample, 'utf8'))).toEqual([
        ['A3', 'occupied', '2020-04-29T10:15:21.569Z', 'device'],
      ]);
    },
  );

  test.each([1, 2, 3])('of a garage end as it was last said (seed %i)', (seed) => {
    const lines = garageRecording(seed);
    expect(lastSaid(lines).changes).toBeGreaterThan(10);
    expectLastSaid(lines);
  });

  test.skipIf(!existsSync(garage))(
    'of a real garage do too (in addition, from ../shared/data/parking360.jsonl)',
    () => {
      expectLastSaid(readFileSync(garage, 'utf8').trim().split('\n'));
    },
  );
});

interface Message {
  readonly place: { readonly parkingSpot?: { readonly id: string } };
  readonly event: { readonly type: string };
}
