import { existsSync, readFileSync } from 'node:fs';
import { parseMessage } from '@companion/deepstream/message';
import { describe, expect, test } from 'vitest';
import { parseDesired } from '../desired/desired.ts';
import { Pipeline, type ZoneEvent } from './pipeline.ts';

const data = new URL('../../../../../shared/data/', import.meta.url);
const sample = new URL('minimal-sample.json', data);
const garage = new URL('parking360.jsonl', data);
const received = Date.UTC(2026, 4, 1);

describe('recorded messages', () => {
  test.skipIf(!existsSync(sample))('of a yard give one parked car (needs ../shared/data/minimal-sample.json)', () => {
    const desired = parseDesired({
      zones: {
        A3: { kind: 'spot', sensor: 'Yard', polygon: [409, 351, 544, 351, 544, 465, 409, 465] },
        A4: { kind: 'spot', sensor: 'Yard', polygon: [545, 351, 680, 351, 680, 465, 545, 465] },
        H1: { kind: 'spot', sensor: 'House', polygon: [409, 351, 544, 351, 544, 465, 409, 465] },
      },
    });
    if (!desired.ok) throw new Error('bad zones');
    const pipeline = new Pipeline(desired.config);
    const message = parseMessage(readFileSync(sample));
    if (!message.ok) throw new Error(message.detail);
    const events = [
      ...message.frames.flatMap((frame, n): readonly ZoneEvent[] =>
        pipeline.step({ type: 'frame', frame, receivedMs: received + n }),
      ),
      ...pipeline.step({ type: 'end' }),
    ];
    expect(
      events.map(({ zone, state, since }) => [zone, state, new Date(since.ms).toISOString(), since.clock]),
    ).toEqual([['A3', 'occupied', '2020-04-29T10:15:21.569Z', 'device']]);
  });

  test.skipIf(!existsSync(garage))(
    'of a garage end as it was last said (needs ../shared/data/parking360.jsonl)',
    () => {
      const lines = readFileSync(garage, 'utf8').trim().split('\n');
      const last = new Map<string, string>();
      let changes = 0;
      for (const { place, event } of lines.map((line) => JSON.parse(line) as Message)) {
        const id = place.parkingSpot?.id;
        if (id === undefined || (event.type !== 'parked' && event.type !== 'empty')) continue;
        const state = event.type === 'parked' ? 'occupied' : 'empty';
        if (last.get(id) !== state) changes++;
        last.set(id, state);
      }
      const desired = parseDesired({
        zones: Object.fromEntries([...last.keys()].map((id) => [`zone ${id}`, { kind: 'spot', parkingSpot: id }])),
      });
      if (!desired.ok) throw new Error('bad zones');
      const pipeline = new Pipeline(desired.config);
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
    },
  );
});

interface Message {
  readonly place: { readonly parkingSpot?: { readonly id: string } };
  readonly event: { readonly type: string };
}
