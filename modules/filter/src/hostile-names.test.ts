import { createLog, Health, Metrics } from '@companion/edge';
import { checkTwin, jsonSizeBytes, twinLimits, type JsonObject } from '@companion/foundation';
import { ManualClock } from '@companion/foundation/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Filter } from './filter.ts';
import { recall } from './outbox/recall.ts';
import { MemoryStorage, type Storage } from './outbox/index.ts';
import { HubDouble } from './testing/hub-double.ts';

const polygon = [0, 100, 100, 100, 100, 160, 0, 160];
const startMs = Date.UTC(2026, 4, 1, 10);
const hub = 'hub';

/** A filter at a hub that can write only what a topic can hold, and takes only reports that a twin can. */
function startFilter({ records = [] }: { readonly records?: readonly string[] } = {}) {
  const [double, clock] = [new HubDouble(), new ManualClock(startMs)];
  double.onSend = async ({ properties = {} }) => {
    await Promise.resolve();
    for (const [key, value] of Object.entries(properties)) encodeURIComponent(`${key}=${value}`);
  };
  double.onReport = (patch) => {
    const [fault] = checkTwin('reported', patch);
    const size = jsonSizeBytes(patch);
    return fault === undefined && size <= twinLimits.sectionBytes
      ? Promise.resolve()
      : Promise.reject(new Error(`${fault?.message ?? size}`));
  };
  const memory = new MemoryStorage('a test', { ok: true });
  const storage: Storage = Object.assign(memory, { remembered: recall([{ records }]) });
  const filter = new Filter({
    hub: double,
    clock,
    storage,
    log: createLog({ module: 'filter', level: 'silent' }),
    metrics: new Metrics({ prefix: 'filter', module: 'filter', iothub: hub, device: 'd', instance: '1' }),
    health: new Health(),
    random: () => 0.5,
    device: 'd',
    module: 'filter',
    artifactsRoot: '/nowhere',
  });
  filter.start();
  return { filter, double, clock };
}

/** What DeepStream sends of a parked car; the names as they stand in the JSON. */
const message = (sensor: string, timeMs: number): string =>
  `{"version":"4.0","id":"1","@timestamp":"${new Date(timeMs).toISOString()}",` +
  `"sensorId":"${sensor}","objects":["7|5|95|95|155|Car"]}`;

test('a camera with half a character in its name, and a zone too, send their events', async () => {
  const { double, clock, filter } = startFilter();
  const zones = { A1: { kind: 'spot', sensor: '\ufffd', polygon }, A2: { kind: 'spot', sensor: 'Yard', polygon } };
  double.desire({ version: 2, properties: { zones } });
  for (let n = 0; n < 100; n++) {
    for (const sensor of ['\\ud800', 'Yard']) double.deliver('detections', message(sensor, clock.now()));
    await clock.pass(100);
  }
  expect(double.sent.map(({ properties }) => properties?.['zone']).sort()).toEqual(['A1', 'A2']);
  await filter.stop();
});

test('what an older version left with half a character is sent, and its zones work', async () => {
  const entry = { seq: 1, kind: 'event', output: 'events', message: { body: '{}', properties: { zone: '\ud83d' } } };
  const { double, clock } = startFilter({ records: [JSON.stringify({ version: 1, put: [entry] })] });
  await clock.pass(1_000);
  expect(double.sent).toMatchObject([{ properties: { zone: '\ufffd' } }]);
});

const cameras = ['a.b', 'a_b', 'a b', 'cam\\u007f', 'cam\\u0085', 'ä'.repeat(700), `${'ä'.repeat(700)}x`, '#$%'];

test('cameras of any names stay apart in the twin, and the report always arrives', async () => {
  const { double, clock } = startFilter();
  double.desire({ version: 2, properties: { zones: { A1: { kind: 'spot', sensor: 'Yard', polygon } } } });
  for (let n = 0; n < 20; n++) {
    for (const camera of cameras) double.deliver('detections', message(camera, clock.now()));
    await clock.pass(100);
  }
  await clock.pass(60_000);
  const sensors = Object.keys(double.reported?.['sensors'] as JsonObject);
  expect(sensors).toHaveLength(cameras.length);
  expect(sensors).toEqual(expect.arrayContaining(['a%2Eb', 'a_b', 'a%20b', 'cam%7F', 'cam%C2%85', '%23%24%25']));
  expect(double.reported).toMatchObject({ messages: { received: 20 * cameras.length } });
});

test('names of control characters alone cost the twin nothing but their places', async () => {
  const { double, clock } = startFilter();
  const noise = '\u0001'.repeat(90);
  const zones = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`${n}${noise}`, { kind: noise }]));
  double.desire({ version: 2, properties: { zones } });
  for (let n = 0; n < 60; n++) double.deliver('detections', message(`${n}${'\\u0001'.repeat(400)}`, clock.now()));
  await clock.pass(60_000);
  expect(double.reported).toMatchObject({ desiredVersion: 2, errors: [] });
});

test('any sequence of messages leaves a queue that drains and a twin that is reported', async () => {
  const anyText = fc.array(fc.nat(0xffff), { maxLength: 8 }).map((units) => String.fromCharCode(...units));
  const detection = fc.tuple(anyText, anyText).map(([id, label]) => `${id}|5|95|95|155|${label}`);
  const any = fc.oneof(
    fc.uint8Array({ maxLength: 100 }),
    fc
      .record({ sensorId: anyText, '@timestamp': anyText, objects: fc.array(detection, { maxLength: 3 }) })
      .map((value) => JSON.stringify(value)),
    anyText.map((text) =>
      JSON.stringify({
        '@timestamp': new Date(startMs).toISOString(),
        sensor: { id: text },
        object: { id: text, [text]: {}, bbox: { topleftx: 5, toplefty: 95, bottomrightx: 95, bottomrighty: 155 } },
        event: { type: 'parked' },
        place: { parkingSpot: { id: text } },
      }),
    ),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(any, { maxLength: 30 }), async (messages) => {
      const { double, clock, filter } = startFilter();
      double.desire({
        version: 2,
        properties: { zones: { A1: { kind: 'spot', sensor: '\ufffd', polygon } } },
      });
      for (const body of messages) double.deliver('detections', body);
      await clock.pass(70_000);
      const { payload } = await double.call('stats', null);
      expect(payload).toMatchObject({ outbox: { depth: 0, dropped: { event: 0 }, setAside: { event: 0 } } });
      expect(double.reported).toMatchObject({ desiredVersion: 2, messages: { received: messages.length } });
      await filter.stop();
    }),
    { numRuns: 40 },
  );
});
