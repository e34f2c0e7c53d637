import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseMessage } from '@companion/deepstream/message';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { cloudEvent, eventMessage, eventSource } from './cloud-event.ts';
import {
  type AreaEvent,
  eventSchema,
  type LineEvent,
  type SensorEvent,
  type Snapshot,
  snapshotSchema,
  type SpotEvent,
  type ZoneEvent,
  type ZoneView,
} from '@companion/occupancy';
import { nvidiaMessage } from './nvidia-message.ts';
import { snapshotEvents, snapshotMessage } from './snapshot-message.ts';

const source = eventSource('jetson 1', 'filter');
const since = { ms: Date.UTC(2026, 4, 1, 10, 15), clock: 'device' } as const;
const parked: SpotEvent = {
  kind: 'spot',
  type: 'parking.parked',
  zone: 'Ä/3',
  sensor: 'Yard',
  state: 'occupied',
  previous: 'empty',
  since,
  previousSince: { ms: since.ms - 60_000, clock: 'received' },
  seen: { label: 'Car', confidence: 0.9, trackId: '18', box: { left: 1, top: 2, right: 3, bottom: 4 } },
  totals: { occupied: 1, empty: 2, unknown: 0, spots: 3 },
};
const unknown: SpotEvent = {
  ...parked,
  type: 'parking.unknown',
  state: 'unknown',
  previous: 'occupied',
  previousSince: null,
  seen: null,
};

const visit = { id: '3-1', from: since, durationMs: 0 };
const entered: AreaEvent = {
  kind: 'area',
  type: 'area.entered',
  zone: 'hall',
  sensor: 'Lobby',
  state: 'available',
  previous: 'available',
  since,
  previousSince: null,
  seen: { ...parked.seen, label: 'Person', trackId: null } as AreaEvent['seen'],
  visit,
  totals: { count: 1, entered: 1, exited: 0, capacity: 40 },
};
const exited: AreaEvent = { ...entered, type: 'area.exited', visit: { ...visit, durationMs: 9_000, end: 'left' } };
const full: AreaEvent = { ...entered, type: 'area.full', state: 'full', seen: null, visit: null };
const crossed: LineEvent = {
  ...entered,
  kind: 'line',
  type: 'line.crossed',
  zone: 'gate',
  state: 'in',
  previous: 'none',
  totals: { in: 1, out: 0 },
};
const lost: SensorEvent = {
  kind: 'sensor',
  type: 'sensor.lost',
  zone: '',
  sensor: '',
  state: 'lost',
  previous: 'alive',
  since,
  previousSince: null,
  seen: null,
  totals: { sensors: 2, lost: 1 },
};
const all: readonly ZoneEvent[] = [parked, unknown, entered, exited, full, without(crossed, 'visit'), lost];

function without<T extends object>(value: T, key: string): T {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key)) as T;
}
const ajv = new Ajv2020({ formats: { 'date-time': true } });
function validator(name: string) {
  return ajv.compile(
    JSON.parse(
      readFileSync(fileURLToPath(import.meta.resolve(`@companion/occupancy/schemas/${name}.schema.json`)), 'utf8'),
    ) as object,
  );
}

describe('an event', () => {
  test('says all that a receiver needs', () => {
    expect(cloudEvent(parked, source)).toEqual({
      specversion: '1.0',
      id: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
      source: '/devices/jetson%201/modules/filter',
      type: 'parking.parked',
      subject: 'Ä/3',
      time: '2026-05-01T10:15:00.000Z',
      datacontenttype: 'application/json',
      data: {
        zone: 'Ä/3',
        sensor: 'Yard',
        state: 'occupied',
        previous: 'empty',
        since: '2026-05-01T10:15:00.000Z',
        previousSince: '2026-05-01T10:14:00.000Z',
        class: 'Car',
        confidence: 0.9,
        box: { left: 1, top: 2, right: 3, bottom: 4 },
        trackId: '18',
        clock: 'device',
        totals: { occupied: 1, empty: 2, unknown: 0, spots: 3 },
      },
    });
  });

  test('has the same id for the same change, and another for every other', () => {
    const later = { ...parked, since: { ...since, ms: since.ms + 1 } };
    const ids = [parked, { ...parked, totals: unknown.totals }, unknown, later, { ...parked, zone: 'A4' }].map(
      (event) => cloudEvent(event, source).id,
    );
    expect(ids[1]).toBe(ids[0]);
    expect(new Set(ids).size).toBe(4);
    expect(cloudEvent(parked, eventSource('jetson 2', 'filter')).id).not.toBe(ids[0]);
  });

  test('travels with properties that routes can select by', () => {
    const event = cloudEvent(parked, source);
    expect(eventMessage(event)).toEqual({
      body: JSON.stringify(event),
      properties: { type: 'parking.parked', zone: 'Ä/3', sensor: 'Yard' },
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      messageId: event.id,
    });
  });
});

describe("the events' schema", () => {
  test.each(all)('takes what is really sent, type $type, as JSON Schema too', (event) => {
    const validate = validator('event');
    expect(validate(JSON.parse(JSON.stringify(cloudEvent(event, source)))), JSON.stringify(validate.errors)).toBe(true);
    expect(() => eventSchema.parse(JSON.parse(JSON.stringify(cloudEvent(event, source))))).not.toThrow();
  });

  test('refuses a field too many, a field too few and a time without a zone', () => {
    const event = cloudEvent(parked, source);
    expect(eventSchema.safeParse({ ...event, more: 1 }).success).toBe(false);
    expect(eventSchema.safeParse(without(event, 'subject')).success).toBe(false);
    expect(eventSchema.safeParse({ ...event, time: '2026-05-01T10:15:00' }).success).toBe(false);
  });
});

describe('a snapshot', () => {
  const zones = Array.from({ length: 3_000 }, (_, n): ZoneView => {
    const base = { zone: `${'long name '.repeat(8)}${n}`, sensor: 'Yard', since: n % 2 === 0 ? since : null };
    if (n % 3 === 0) return { ...base, kind: 'spot', state: 'empty' };
    if (n % 3 === 1) return { ...base, kind: 'area', state: 'full', totals: entered.totals };
    return { ...base, kind: 'line', state: 'none', totals: crossed.totals };
  });
  const sensor = {
    sensor: 'Yard',
    state: 'alive',
    at: since,
    lagMs: 12,
    frames: 5,
    dropped: 0,
    emptyFrames: false,
    frameMs: 0,
  } as const;
  const snapshot: Snapshot = { atMs: since.ms, totals: parked.totals, zones, sensors: [sensor] };

  test('of many zones is split below what a message holds, and nothing is lost', () => {
    const parts = snapshotEvents(snapshot, { source, reason: 'period' });
    expect(parts.length).toBeGreaterThan(1);
    const validate = validator('snapshot');
    for (const part of parts) {
      const message = snapshotMessage(part);
      expect(Buffer.byteLength(message.body)).toBeLessThan(201 * 1_024);
      expect(message.messageId).toBe(part.id);
      expect(part.data).toMatchObject({ parts: parts.length, snapshot: parts[0]?.data.snapshot });
      expect(validate(JSON.parse(message.body as string)), JSON.stringify(validate.errors)).toBe(true);
      expect(() => snapshotSchema.parse(part)).not.toThrow();
    }
    expect(parts.flatMap(({ data }) => data.zones).map(({ zone }) => zone)).toEqual(zones.map(({ zone }) => zone));
    expect(parts.flatMap(({ data }) => data.sensors)).toHaveLength(1);
  });

  test('without zones is one message', () => {
    expect(snapshotEvents({ ...snapshot, zones: [], sensors: [] }, { source, reason: 'method' })).toHaveLength(1);
  });
});

describe("DeepStream's own schema", () => {
  test.each([
    [parked, 'parked', 'vehicle'],
    [exited, 'exit', 'person'],
    [crossed, 'entry', 'person'],
  ])('says $type in its words', (event, eventType, label) => {
    const message = nvidiaMessage(event, source);
    const parsed = parseMessage(message?.body as string);
    expect(parsed).toMatchObject({
      frames: [{ sensor: event.sensor, timeMs: since.ms, detections: [{ eventType, label }] }],
    });
    expect(message?.properties).toEqual({ type: event.type, zone: event.zone, sensor: event.sensor });
    if (event.kind === 'spot')
      expect(parsed).toMatchObject({ frames: [{ detections: [{ parkingSpot: event.zone }] }] });
  });

  test('has no words for unknown spots, counts and sensors', () => {
    expect([unknown, full, lost].map((event) => nvidiaMessage(event, source))).toEqual([null, null, null]);
  });
});
