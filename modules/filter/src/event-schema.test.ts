import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { cloudEvent, eventMessage, eventSource } from './cloud-event.ts';
import { eventSchema } from './event-schema.ts';
import type { ZoneEvent } from './pipeline/event.ts';

const source = eventSource('jetson 1', 'filter');
const since = { ms: Date.UTC(2026, 4, 1, 10, 15), clock: 'device' } as const;
const parked: ZoneEvent = {
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
const unknown: ZoneEvent = {
  ...parked,
  type: 'parking.unknown',
  state: 'unknown',
  previous: 'occupied',
  previousSince: null,
  seen: null,
};

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
  test.each([parked, unknown])('takes what is really sent, type $type', (event) => {
    expect(() => eventSchema.parse(JSON.parse(JSON.stringify(cloudEvent(event, source))))).not.toThrow();
  });

  test('refuses a field too many, a field too few and a time without a zone', () => {
    const event = cloudEvent(parked, source);
    const without = Object.fromEntries(Object.entries(event).filter(([key]) => key !== 'subject'));
    expect(eventSchema.safeParse({ ...event, more: 1 }).success).toBe(false);
    expect(eventSchema.safeParse(without).success).toBe(false);
    expect(eventSchema.safeParse({ ...event, time: '2026-05-01T10:15:00' }).success).toBe(false);
  });

  test('lies in the module as JSON Schema, for those without zod', () => {
    const file = readFileSync(new URL('../schemas/event.schema.json', import.meta.url), 'utf8');
    expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(eventSchema))));
  });
});
