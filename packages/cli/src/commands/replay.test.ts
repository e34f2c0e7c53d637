import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { encodeFull, encodeMinimal } from '@companion/deepstream/message';
import { garageRecording } from '@companion/occupancy/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCompanion } from '../companion.ts';

const startMs = Date.UTC(2026, 4, 1, 10);
const desired = {
  zones: { A1: { kind: 'spot', sensor: 'Yard', polygon: [0, 100, 100, 100, 100, 160, 0, 160] } },
};
const frames = Array.from({ length: 200 }, (_, n) => ({
  sensor: 'Yard',
  timeMs: startMs + n * 100,
  frameNumber: `${n}`,
  detections: [
    // A car for ten seconds, then a person elsewhere.
    n < 100
      ? { trackId: '7', label: 'Car', confidence: 0.9, box: { left: 5, top: 95, right: 95, bottom: 155 } }
      : { trackId: '8', label: 'Person', confidence: 0.9, box: { left: 500, top: 95, right: 520, bottom: 155 } },
  ],
}));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

async function call(args: readonly string[], stdin = '') {
  let out = '';
  let err = '';
  const code = await runCompanion(['replay', ...args], {
    out: (text) => void (out += text.toString()),
    err: (text) => void (err += text),
    stdin: Readable.from([Buffer.from(stdin)]),
  });
  const lines = out.split('\n').filter((line) => line !== '');
  return { code, events: lines.map((line) => JSON.parse(line) as Record<string, unknown>), err };
}
const types = (events: readonly Record<string, unknown>[]) => events.map(({ type }) => type);
const desiredFile = (value: object = desired) => file('desired.json', JSON.stringify(value));
const lines = frames.map((frame) => JSON.stringify(JSON.parse(encodeMinimal(frame)))).join('\n');
const spots = ['parking.parked', 'parking.empty'];

describe('companion replay', () => {
  test.each([
    ['JSON lines', lines],
    ['a JSON array', `[${frames.map((frame) => encodeMinimal(frame)).join(',\n')}]`],
    ['pretty-printed messages', frames.map((frame) => encodeMinimal(frame)).join('\n')],
    ['the full schema', frames.flatMap((frame) => encodeFull(frame, { uuid: () => 'u' })).join('\n')],
  ])('gives the events of %s', async (_, content) => {
    const { code, events } = await call([file('m', content), '--desired', desiredFile()]);
    expect(code).toBe(0);
    expect(types(events)).toEqual(spots);
    expect(events[0]).toMatchObject({ specversion: '1.0', time: new Date(startMs).toISOString(), subject: 'A1' });
  });

  test('takes several files as one recording, and stdin', async () => {
    const half = lines.split('\n');
    const first = file('1', half.slice(0, 110).join('\n'));
    const { events } = await call([first, '-', '--desired', desiredFile()], half.slice(110).join('\n'));
    expect(types(events)).toEqual(spots);
  });

  test('counts what it can’t read, and tells its statistics as text or JSON', async () => {
    const path = file('m', `${lines}\nlog: {\n\n`);
    const { err } = await call([path, '--desired', desiredFile(), '--json']);
    expect(JSON.parse(err)).toMatchObject({
      messages: 201,
      frames: { Yard: 200 },
      rejected: { truncated: 1 },
      events: { 'parking.parked': 1, 'parking.empty': 1 },
      from: '2026-05-01T10:00:00.000Z',
      totals: { empty: 1 },
    });
    expect((await call([path, '--desired', desiredFile()])).err).toMatch(/^201 messages of 19\.9 s in /);
  });

  test('takes the desired properties in a twin’s wrapping, and names zones that can’t work', async () => {
    const wrapped = { properties: { desired: { zones: { ...desired.zones, B: { kind: 'garage' } }, $version: 3 } } };
    const { events, err } = await call([file('m', lines), '--desired', desiredFile(wrapped)]);
    expect(types(events)).toEqual(spots);
    expect(err).toMatch(/zone "B" is left out: /);
  });

  test.each([
    [[], /--desired <FILE>' not specified/],
    [['--desired', '/nowhere'], /\/nowhere: no such file/],
  ])('with %j can’t do its work', async (args, message) => {
    expect(await call([file('m', lines), ...args])).toMatchObject({
      code: 2,
      err: expect.stringMatching(message) as string,
    });
  });

  test('refuses desired properties that the filter would refuse, and files that are not there', async () => {
    const refused = await call([file('m', lines), '--desired', desiredFile({ zone: {} })]);
    expect(refused).toMatchObject({ code: 2, err: expect.stringMatching(/zone: is not a known field/) as string });
    const missing = await call([join(folder, 'none'), '--desired', desiredFile()]);
    expect(missing).toMatchObject({ code: 2, err: expect.stringMatching(/none: /) as string });
  });

  /** A recording comes out with every spot as its last message says. */
  async function expectLastSaid(path: string): Promise<void> {
    const last = new Map<string, string>();
    for (const line of readFileSync(path, 'utf8')
      .split('\n')
      .filter((text) => text !== '')) {
      const { place, event } = JSON.parse(line) as { place: { parkingSpot?: { id: string } }; event: { type: string } };
      if (place.parkingSpot && event.type !== 'moving') last.set(place.parkingSpot.id, `parking.${event.type}`);
    }
    const zones = Object.fromEntries([...last.keys()].map((spot) => [spot, { kind: 'spot', parkingSpot: spot }]));
    const { events } = await call([path, '--desired', desiredFile({ zones })]);
    const told = new Map(events.map(({ subject, type }) => [subject, type]));
    expect(last.size).toBeGreaterThan(0);
    expect([...last].filter(([spot, type]) => told.get(spot) !== type)).toEqual([]);
  }

  test('ends a garage with every spot as its last message says', () =>
    expectLastSaid(file('garage.jsonl', garageRecording(4).join('\n'))));

  const recording = new URL('../../../../../shared/data/parking360.jsonl', import.meta.url);
  test.skipIf(!existsSync(recording))(
    'ends a real garage so too (in addition, from ../shared/data/parking360.jsonl)',
    () => expectLastSaid(recording.pathname),
  );
});
