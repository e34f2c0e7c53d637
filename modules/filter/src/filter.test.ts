import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Health, createLog, Metrics, EdgeError } from '@companion/edge';
import type { JsonObject } from '@companion/foundation';
import { encodeMinimal } from '@companion/deepstream/message';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ManualClock } from '@companion/foundation/testing';
import { eventSchema, snapshotSchema } from '@companion/occupancy';
import { Filter } from './filter.ts';
import { HubDouble } from './testing/hub-double.ts';
import { MemoryStorage, openStorage, type Storage } from './outbox/index.ts';

const T = Date.UTC(2026, 4, 1, 10);
const polygon = [0, 100, 100, 100, 100, 160, 0, 160];
const a1 = { kind: 'spot', sensor: 'Yard', polygon };
const box = { left: 5, top: 95, right: 95, bottom: 155 };

let hub: HubDouble;
let clock: ManualClock;
let metrics: Metrics;
let filter: Filter;
let logged: JsonObject[];
let root: string;

const common = () => ({
  metrics,
  health: new Health(),
  random: () => 1,
  device: 'jetson',
  module: 'filter',
  artifactsRoot: root,
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'filter-'));
  hub = new HubDouble();
  clock = new ManualClock(T);
  metrics = new Metrics({ prefix: 'filter', module: 'filter', iothub: 'hub', device: 'jetson', instance: '1' });
  logged = [];
  const write = (line: string): void => void logged.push(JSON.parse(line) as JsonObject);
  const log = createLog({ module: 'filter', level: 'info', destination: { write } });
  const storage = new MemoryStorage('a test', { ok: true });
  filter = new Filter({ ...common(), hub, clock, log, storage });
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
  test('turns messages into events that the schema knows, and a scene without a car into an empty one', async () => {
    hub.desire({ version: 2, properties: { zones: { A1: a1 } } });
    await frames(10_000);
    expect(events()).toMatchObject([{ type: 'parking.parked', subject: 'A1', time: '2026-05-01T10:00:00.000Z' }]);
    expect(hub.sent[0]).toMatchObject({
      properties: { type: 'parking.parked', zone: 'A1', sensor: 'Yard' },
      contentType: 'application/json',
      contentEncoding: 'utf-8',
    });
    await frames(10_000, 'Person');
    expect(events().map(({ type }) => type)).toEqual(['parking.parked', 'parking.empty']);
  });

  test('does not take silence for emptiness while the hub is away', async () => {
    hub.desire({ version: 2, properties: { zones: { A1: a1 } } });
    await frames(10_000);
    hub.connection = 'disconnected';
    await clock.pass(3_600_000);
    hub.connection = 'connected';
    await clock.pass(2_000);
    expect(events()).toHaveLength(1);
  });

  test('reports zones and states at once, and counters every minute', async () => {
    hub.desire({ version: 2, properties: { zones: { A1: a1, A2: { ...a1, kind: 'garage' } } } });
    await clock.pass(0);
    expect(hub.reported).toEqual({
      desiredVersion: 2,
      zones: { desiredVersion: 2, ok: 1, notListed: 0, rejected: { A2: expect.any(String) as string } },
      spots: { occupied: 0, empty: 0, unknown: 1 },
      messages: { received: 0, parsed: 0, failed: 0 },
      events: 0,
      sensors: {},
      sensorsNotListed: 0,
      outbox: { waiting: 0, durable: false, dropped: 0, setAside: 0 },
      errors: [],
    });
    await frames(5_000);
    expect(hub.reported).toMatchObject({ spots: { occupied: 1, empty: 0, unknown: 0 } });
    await frames(60_000);
    const before = hub.reports.length;
    await frames(300_000);
    expect(hub.reported).toMatchObject({ sensors: { Yard: { fps: 10, lagMs: 0 } }, events: 1 });
    expect(hub.reports.length - before).toBeGreaterThanOrEqual(4);
    expect(hub.reports.length - before).toBeLessThanOrEqual(5);
  });

  test('reports at once what an operator must see: a sensor that begins or ceases, messages that can’t be read', async () => {
    hub.desire({ version: 2, properties: { zones: { A1: a1 } } });
    await frames(15_000);
    expect(hub.reported).toMatchObject({ sensors: { Yard: { lagMs: 0 } } });
    hub.deliver('detections', 'log: {');
    await clock.pass(10_000);
    expect(hub.reported).toMatchObject({ messages: { failed: 1 } });
    await clock.pass(30_000);
    expect(hub.reported).toMatchObject({ sensors: { Yard: { fps: 0 } } });
  });

  test('reports what it learns of a sensor: how far its boxes reach, that empty frames arrive, what DeepStream says', async () => {
    hub.desire({ version: 2, properties: { zones: { A1: a1 } } });
    await frames(2_000);
    const fault = (text: string) =>
      `{\n  "stream_id" : "Yard",\n  "timestamp" : "2026-05-01 10:00:00",\n  "type" : "CRITICAL",\n  "source" : "jetson",\n  "event" : "${text}"\n}\n`;
    for (let n = 0; n < 10; n++) {
      hub.deliver(
        'detections',
        encodeMinimal({ sensor: 'Yard', timeMs: clock.now(), frameNumber: `${n}`, detections: [] }),
      );
      await clock.pass(100);
    }
    hub.deliver('detections', fault('No file "a.mp4"'));
    hub.deliver('detections', fault('No file "a.mp4"'));
    await clock.pass(12_000);
    const { right, bottom } = box;
    const known = { bounds: { width: right, height: bottom }, emptyFrames: true, fault: 'No file "a.mp4"' };
    expect(hub.reported).toMatchObject({ messages: { failed: 0 }, sensors: { Yard: known } });
    expect(await hub.call('stats', null)).toMatchObject({ status: 200, payload: { sensors: [known] } });
    expect(logged.filter(({ msg }) => msg === 'DeepStream reports a fault')).toMatchObject([
      { sensor: 'Yard', level: 'warn' },
    ]);
    await clock.pass(40_000);
    expect(events().at(-1)).toMatchObject({ type: 'sensor.lost', data: { reason: 'No file "a.mp4"' } });
    hub.deliver('detections', encodeMinimal({ sensor: 'Yard', timeMs: clock.now(), frameNumber: '1', detections: [] }));
    await clock.pass(12_000);
    expect(hub.reported).not.toHaveProperty('sensors.Yard.fault');
    expect(events().at(-1)).toMatchObject({ type: 'sensor.restored', data: { reason: null } });
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
    hub.desire({ version: 2, properties: { zones: { A1: a1 } } });
    hub.desire({ version: 3, properties: { zone: {} } });
    await frames(3_000);
    expect(hub.reported).toMatchObject({
      desiredVersion: 3,
      zones: { desiredVersion: 2, ok: 1 },
      errors: [{ field: 'zone', problem: expect.stringMatching(/^is not a known field/) as string }],
    });
    expect(events()).toHaveLength(1);
  });

  test('reports again when a report failed, and once only for many changes', async () => {
    hub.onReport = () => Promise.reject(new EdgeError('REPORT_REJECTED', 'no'));
    for (let version = 1; version < 9; version++) hub.desire({ version, properties: { zones: { A1: a1 } } });
    await clock.pass(5_000);
    hub.onReport = undefined;
    await clock.pass(10_000);
    expect(hub.reports).toMatchObject([{ desiredVersion: 8 }]);
  });

  test('counts malformed messages by reason, logs the first of each, and goes on', async () => {
    hub.desire({ version: 2, properties: { zones: { A1: a1 } } });
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
    hub.desire({ version: 2, properties: { zones: { A1: a1 } } });
    await frames(3_000);
    expect(await hub.call('stats', null)).toEqual({
      status: 200,
      payload: {
        desiredVersion: 2,
        messages: { received: 30, parsed: 30, failed: {}, overload: 0, partsRejected: {} },
        sensors: [
          {
            sensor: 'Yard',
            frames: 30,
            fps: expect.any(Number) as number,
            lagMs: 0,
            bounds: { width: 95, height: 155 },
          },
        ],
        detections: 30,
        events: { 'parking.parked': 1 },
        bytes: { in: expect.any(Number) as number, out: expect.any(Number) as number },
        outbox: {
          depth: 0,
          bytes: 0,
          durable: false,
          dropped: { event: 0, snapshot: 0 },
          setAside: { event: 0, snapshot: 0 },
          lostRecords: 0,
        },
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
    hub.desire({ version: 2, properties: { zones: { A1: a1 } } });
    await clock.pass(0);
    const stopped = filter.stop();
    await clock.pass(2_000);
    await stopped;
  });

  test('sends what waits before it ends, and hears nothing after it', async () => {
    hub.desire({ version: 2, properties: { zones: { A1: a1 } } });
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

  test('refuses method payloads that it does not know, and zones that there are not', async () => {
    hub.desire({ version: 2, properties: { zones: { A1: a1 } } });
    for (const method of ['stats', 'snapshot']) {
      expect(await hub.call(method, { x: 1 })).toEqual({
        status: 400,
        payload: {
          error: {
            code: 'PAYLOAD_INVALID',
            message: expect.any(String) as string,
            places: [{ path: 'x', message: 'is not a known field' }],
          },
        },
      });
    }
    for (const payload of [7, [], { zones: 'A1' }, { zones: [] }, { zone: ['A1'] }]) {
      expect(await hub.call('reset', payload)).toMatchObject({ status: 400 });
    }
    expect(await hub.call('reset', { zones: ['A1', 'A9'] })).toEqual({
      status: 404,
      payload: { error: { code: 'NO_SUCH_ZONE', message: expect.any(String) as string, zones: ['A9'] } },
    });
  });

  test('forgets the state of zones on the method reset, of some or of all', async () => {
    const a2 = { ...a1, polygon: [200, 100, 300, 100, 300, 160, 200, 160] };
    hub.desire({ version: 2, properties: { zones: { A1: a1, A2: a2 } } });
    await frames(12_000);
    expect(hub.reported).toMatchObject({ spots: { occupied: 1, empty: 1 } });
    expect(await hub.call('reset', { zones: ['A2'] })).toEqual({ status: 200, payload: { reset: 1 } });
    await clock.pass(0);
    expect(hub.reported).toMatchObject({ spots: { occupied: 1, empty: 0, unknown: 1 } });
    expect(await hub.call('reset', null)).toEqual({ status: 200, payload: { reset: 'all' } });
    await clock.pass(0);
    expect(hub.reported).toMatchObject({ spots: { occupied: 0, empty: 0, unknown: 2 } });
  });

  test('tells of a sensor that was lost before a reset that it is heard again, once', async () => {
    hub.desire({ version: 2, properties: { zones: { A1: a1 } } });
    await frames(10_000);
    await clock.pass(120_000);
    expect(await hub.call('reset', null)).toMatchObject({ status: 200 });
    await frames(10_000);
    expect(
      events()
        .map(({ type }) => type)
        .filter((type) => type.startsWith('sensor.')),
    ).toEqual(['sensor.lost', 'sensor.restored']);
  });

  test('sends snapshots on its method, after a reconnect and periodically', async () => {
    hub.connect('connected');
    hub.desire({ version: 2, properties: { zones: { A1: a1 }, snapshotEveryMs: 60_000 } });
    const reasons = () => hub.snapshots.map(({ body }) => snapshotSchema.parse(JSON.parse(body as string)).data.reason);
    expect(await hub.call('snapshot', null)).toEqual({ status: 200, payload: { messages: 1 } });
    await clock.pass(30_000);
    hub.connect('disconnected');
    hub.connect('connected');
    await clock.pass(31_000);
    expect(reasons()).toEqual(['method', 'reconnect', 'period']);
  });

  test('writes events in DeepStream’s own schema where the twin says so', async () => {
    hub.desire({ version: 2, properties: { zones: { A1: a1 }, format: 'nvidia' } });
    await frames(5_000);
    expect(hub.sent.map(({ body }) => JSON.parse(body as string) as JsonObject)).toMatchObject([
      { event: { type: 'parked' }, place: { parkingSpot: { id: 'A1' } } },
    ]);
  });

  test('takes zones from a file of the release, and again when it is another', async () => {
    const folder = join(root, 'current', 'configs');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'zones.json'), JSON.stringify({ zones: { A1: a1 } }));
    hub.desire({ version: 2, properties: { zonesFile: 'configs/zones.json' } });
    await vi.waitUntil(() => logged.some(({ zones }) => zones === 1));
    writeFileSync(join(folder, 'zones.json'), JSON.stringify({ zones: { A1: a1, A2: { ...a1, sensor: 'Gate' } } }));
    await clock.pass(6_000);
    await vi.waitUntil(() => logged.some(({ zones }) => zones === 2));
    rmSync(join(folder, 'zones.json'));
    await clock.pass(6_000);
    await vi.waitUntil(() => logged.some(({ msg }) => msg === 'the zones file can’t be read'));
    expect(hub.reported).toMatchObject({
      zones: { ok: 2 },
      errors: [
        { field: 'zonesFile', problem: 'must name a file of the release, but "configs/zones.json" is not there' },
      ],
    });
    writeFileSync(join(folder, 'zones.json'), JSON.stringify({ zones: { A1: a1 } }));
    await vi.waitUntil(async () => {
      await clock.pass(6_000);
      return JSON.stringify(hub.reported?.['errors']) === '[]';
    });
    expect(hub.reported).toMatchObject({ zones: { ok: 1 } });
  });
});

describe('the filter with a folder', () => {
  const running: Filter[] = [];
  const log = createLog({ module: 'filter', level: 'silent' });
  let storage: Storage;

  /** A new process on the same folder. */
  async function restart(): Promise<void> {
    hub = new HubDouble();
    metrics = new Metrics({ prefix: 'filter', module: 'filter', iothub: 'hub', device: 'jetson', instance: '2' });
    storage = await openStorage({ root, clock, log });
    filter = new Filter({ ...common(), hub, clock, log, storage });
    running.push(filter);
    filter.start();
  }
  async function stop(): Promise<void> {
    const end = { reached: false };
    const stopping = filter.stop().finally(() => (end.reached = true));
    // Real disk, fake clock: both have to go on, and a slow disk must not make a long gap of the manual clock's time.
    while (!end.reached) {
      await clock.pass(100);
      await pause(1);
    }
    await stopping;
  }
  beforeEach(restart);

  async function parkedThenDownFor(downMs: number): Promise<void> {
    hub.desire({ version: 2, properties: { zones: { A1: a1 } } });
    await frames(5_000);
    await stop();
    expect(events().map(({ type }) => type)).toEqual(['parking.parked']);
    await clock.pass(downMs);
    await restart();
  }

  test('goes on after a restart with its states, and raises nothing anew', async () => {
    await parkedThenDownFor(60_000);
    hub.desire({ version: 2, properties: { zones: { A1: a1 } } });
    await frames(10_000);
    await stop();
    expect(hub.sent).toEqual([]);
    expect(hub.reported).toMatchObject({ spots: { occupied: 1 } });
  });

  test('knows its zones before the twin comes', async () => {
    await parkedThenDownFor(60_000);
    await frames(12_000, 'Person');
    await stop();
    expect(events().map(({ type }) => type)).toEqual(['parking.empty']);
  });

  test('keeps them when edgeHub has none to give', async () => {
    await parkedThenDownFor(60_000);
    hub.desire({ version: 0, properties: {} });
    await clock.pass(0);
    expect(hub.reported).toMatchObject({ zones: { ok: 1 } });
  });

  test('calls unknown after a long gap what nobody has watched, until it is seen again', async () => {
    await parkedThenDownFor(3 * 3_600_000);
    await frames(5_000);
    await stop();
    expect(events().map(({ type }) => type)).toEqual(
      expect.arrayContaining(['parking.unknown', 'parking.parked']) as string[],
    );
    expect(hub.reported).toMatchObject({ spots: { occupied: 1 } });
  });
});
