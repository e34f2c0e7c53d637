import { createLog, createMetrics, EdgeError, type JsonObject, type Metrics } from '@companion/edge';
import { encodeMinimal } from '@companion/deepstream/message';
import { beforeEach, describe, expect, test } from 'vitest';
import { createFakeClock, type FakeClock } from './clock.fake.ts';
import { eventSchema } from './event-schema.ts';
import { createFilter, type Filter } from './filter.ts';
import { createHubDouble, type HubDouble } from './hub.double.ts';

const T = Date.UTC(2026, 4, 1, 10);
const polygon = [0, 100, 100, 100, 100, 160, 0, 160];
const A1 = { kind: 'spot', sensor: 'Yard', polygon };
const box = { left: 5, top: 95, right: 95, bottom: 155 };

let hub: HubDouble;
let clock: FakeClock;
let metrics: Metrics;
let filter: Filter;
let logged: JsonObject[];

beforeEach(() => {
  hub = createHubDouble();
  clock = createFakeClock(T);
  metrics = createMetrics({ prefix: 'filter', module: 'filter', iothub: 'hub', device: 'jetson', instance: '1' });
  logged = [];
  const write = (line: string): void => void logged.push(JSON.parse(line) as JsonObject);
  const log = createLog({ module: 'filter', level: 'info', destination: { write } });
  filter = createFilter({ hub, log, metrics, clock, random: () => 1, device: 'jetson', module: 'filter' });
  filter.start();
});

/** Ten frames a second with one object in them. */
async function frames(durationMs: number, label = 'Car'): Promise<void> {
  for (let n = 0; n < durationMs / 100; n++) {
    const detections = [{ trackId: '7', label, confidence: 0.9, box }];
    hub.deliver('detections', encodeMinimal({ sensor: 'Yard', timeMs: clock.now(), frameNumber: `${n}`, detections }));
    await clock.pass(100);
  }
}
const events = () => hub.sent.map(({ body }) => eventSchema.parse(JSON.parse(body as string)));

describe('the filter', () => {
  test('turns messages into events that the schema knows, and a silent scene into an empty one', async () => {
    hub.desire({ version: 2, properties: { zones: { A1 } } });
    await frames(10_000);
    expect(events()).toMatchObject([{ type: 'parking.parked', subject: 'A1', time: '2026-05-01T10:00:00.000Z' }]);
    expect(hub.sent[0]).toMatchObject({
      properties: { type: 'parking.parked', zone: 'A1', sensor: 'Yard' },
      contentType: 'application/json',
      contentEncoding: 'utf-8',
    });
    await clock.pass(10_000);
    expect(events().map(({ type }) => type)).toEqual(['parking.parked', 'parking.empty']);
  });

  test('does not take silence for emptiness while the hub is away', async () => {
    hub.desire({ version: 2, properties: { zones: { A1 } } });
    await frames(10_000);
    hub.connection = 'disconnected';
    await clock.pass(3_600_000);
    hub.connection = 'connected';
    await clock.pass(2_000);
    expect(events()).toHaveLength(1);
  });

  test('reports zones and states at once, and counters every ten seconds', async () => {
    hub.desire({ version: 2, properties: { zones: { A1, A2: { ...A1, kind: 'area' } } } });
    await clock.pass(0);
    expect(hub.reported).toEqual({
      desiredVersion: 2,
      zones: { ok: 1, notListed: 0, rejected: { A2: 'kind area: not supported by this version' } },
      spots: { occupied: 0, empty: 0, unknown: 1 },
      messages: { received: 0, parsed: 0, failed: 0 },
      errors: [],
    });
    await frames(3_000);
    expect(hub.reported).toMatchObject({ spots: { occupied: 1, empty: 0, unknown: 0 } });
    const before = hub.reports.length;
    await frames(60_000);
    expect(hub.reports.length - before).toBeGreaterThanOrEqual(5);
    expect(hub.reports.length - before).toBeLessThanOrEqual(6);
  });

  test('removes from the twin what an earlier process reported', async () => {
    hub.reported = { zones: { rejected: { old: 'gone' } }, spotz: 1 };
    hub.desire({ version: 2, properties: {} });
    await clock.pass(0);
    expect(hub.reported).toMatchObject({ zones: { ok: 0, rejected: {} } });
    expect(hub.reported).not.toHaveProperty('spotz');
    expect(hub.reported).not.toHaveProperty('zones.rejected.old');
  });

  test('keeps its zones and says why when a twin is wrong', async () => {
    hub.desire({ version: 2, properties: { zones: { A1 } } });
    hub.desire({ version: 3, properties: { zone: {} } });
    await frames(3_000);
    expect(hub.reported).toMatchObject({
      desiredVersion: 3,
      zones: { ok: 1 },
      errors: [{ field: 'zone', problem: 'unknown field' }],
    });
    expect(events()).toHaveLength(1);
  });

  test('reports again when a report failed, and once only for many changes', async () => {
    hub.onReport = () => Promise.reject(new EdgeError('REPORT_REJECTED', 'no'));
    for (let version = 1; version < 9; version++) hub.desire({ version, properties: { zones: { A1 } } });
    await clock.pass(5_000);
    hub.onReport = undefined;
    await clock.pass(10_000);
    expect(hub.reports).toMatchObject([{ desiredVersion: 8 }]);
  });

  test('counts malformed messages by reason, logs the first of each, and goes on', async () => {
    hub.desire({ version: 2, properties: { zones: { A1 } } });
    for (let n = 0; n < 1_500; n++) hub.deliver('detections', 'log: {');
    hub.deliver('detections', '');
    hub.deliver('detections', new Uint8Array([0xff, 0xfe, 0x00]));
    await frames(3_000);
    expect(events()).toHaveLength(1);
    const text = await metrics.render();
    expect(text).toMatch(/^filter_messages_received_total\{.*\} 1532$/m);
    expect(text).toMatch(/^filter_messages_parsed_total\{.*\} 30$/m);
    expect(text).toMatch(/^filter_messages_failed_total\{.*reason="truncated".*\} 1500$/m);
    expect(logged.filter(({ reason }) => reason === 'truncated').map(({ count }) => count)).toEqual([1, 1_001]);
  });

  test('keeps the number of measured sensors bounded', async () => {
    for (let n = 0; n < 100; n++) {
      const frame = { sensor: `S${n}`, timeMs: T, frameNumber: '1', detections: [] };
      hub.deliver('detections', encodeMinimal(frame));
    }
    const text = await metrics.render();
    expect(text.match(/^filter_frames_total\{/gm)).toHaveLength(65);
    expect(text).toMatch(/^filter_frames_total\{.*sensor="other".*\} 36$/m);
  });

  test('answers the method stats with its counters and every zone', async () => {
    hub.desire({ version: 2, properties: { zones: { A1 } } });
    await frames(3_000);
    expect(await hub.call('stats', null)).toEqual({
      status: 200,
      payload: {
        desiredVersion: 2,
        messages: { received: 30, parsed: 30, failed: {}, partsRejected: {} },
        frames: { Yard: 30 },
        detections: 30,
        events: { 'parking.parked': 1 },
        bytes: { in: expect.any(Number) as number, out: expect.any(Number) as number },
        outbox: { depth: 0, dropped: 0 },
        totals: { occupied: 1, empty: 0, unknown: 0, spots: 1 },
        zones: [
          {
            zone: 'A1',
            kind: 'spot',
            sensor: 'Yard',
            state: 'occupied',
            since: '2026-05-01T10:00:00.000Z',
            clock: 'device',
          },
        ],
      },
    });
  });

  test('does not wait at its end for a report that waits for the hub', async () => {
    hub.onReport = () => new Promise(() => undefined);
    hub.desire({ version: 2, properties: { zones: { A1 } } });
    await clock.pass(0);
    const stopped = filter.stop();
    await clock.pass(2_000);
    await stopped;
  });

  test('sends what waits before it ends, and hears nothing after it', async () => {
    hub.desire({ version: 2, properties: { zones: { A1 } } });
    let acknowledge: () => void = () => undefined;
    hub.onSend = () =>
      new Promise((resolve) => {
        acknowledge = resolve;
      });
    await frames(3_000);
    const stopped = filter.stop();
    await clock.pass(1_000);
    acknowledge();
    await stopped;
    expect(events()).toHaveLength(1);
    await frames(20_000, 'Person');
    expect(events()).toHaveLength(1);
  });
});
