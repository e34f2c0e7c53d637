import { describe, expect, test } from 'vitest';
import { reportedProperties } from '../telemetry/report.ts';
import { applyDesired, nothingDesired } from './desired-state.ts';

const spot = { kind: 'spot', sensor: 'Yard', polygon: [0, 0, 100, 0, 100, 100] };
const one = applyDesired(nothingDesired, { version: 3, properties: { zones: { A1: spot, A2: { kind: 'line' } } } });
const none = { event: 0, snapshot: 0 };
const activity = {
  spots: { occupied: 0, empty: 0, unknown: 1, spots: 1 },
  messages: { received: 5, parsed: 4, failed: 1 },
  events: 2,
  sensors: [{ sensor: 'Yard 1', frames: 100, fps: 9.97, lagMs: 130 }],
  outbox: { depth: 1, durable: true, dropped: none, setAside: none, lastSetAside: undefined, lostRecords: 0 },
};

describe('the settings', () => {
  test('are what the newest good document says', () => {
    expect(one).toMatchObject({ version: 3, config: { zones: [{ name: 'A1' }] }, mistakes: [] });
    expect(applyDesired(one, { version: 4, properties: { zones: {} } }).config.zones).toEqual([]);
  });

  test('stay as they were under a document that can not be understood', () => {
    const settings = applyDesired(one, { version: 4, properties: { zones: {}, zone: {} } });
    expect(settings).toMatchObject({ ...one, version: 4, inForceVersion: 3, mistakes: [{ at: { path: ['zone'] } }] });
    expect(applyDesired(settings, { version: 5, properties: { zones: {} } }).mistakes).toEqual([]);
  });

  test('start without zones under an empty document, and do not lose zones to one', () => {
    expect(applyDesired(nothingDesired, { version: 1, properties: {} })).toEqual({
      ...nothingDesired,
      version: 1,
      inForceVersion: 1,
    });
    const settings = applyDesired(one, { version: 4, properties: {} });
    expect(settings.config).toBe(one.config);
    expect(settings.mistakes).toMatchObject([{ at: { path: ['zones'] } }]);
  });
});

describe('a version that goes back, as after a fail-over of the hub', () => {
  const older = { zones: { A1: spot } };
  const back = applyDesired(one, { version: 2, properties: older });

  test('is in force, also where only the checkpoint knew the version before', () => {
    expect(back).toMatchObject({ version: 2, inForceVersion: 2, wentBackFrom: 3 });
    expect(applyDesired(one, { version: 2, properties: { zone: 1 } })).toMatchObject({ version: 2, wentBackFrom: 3 });
  });

  test('is reported with where it was, until a higher one comes', () => {
    expect(reportedProperties(back, activity)).toMatchObject({ desiredVersion: 2, versionWentBack: { from: 3 } });
    const same = applyDesired(back, { version: 3, properties: older });
    expect(reportedProperties(same, activity)).toMatchObject({ versionWentBack: { from: 3 } });
    const higher = applyDesired(same, { version: 4, properties: older });
    expect(reportedProperties(higher, activity)).not.toHaveProperty('versionWentBack');
  });

  test('is what the hub says, where this process has been given the same version before', () => {
    expect(applyDesired(one, { version: 3, properties: older, wentBackFrom: 3 })).toMatchObject({ wentBackFrom: 3 });
  });
});

describe('the reported properties', () => {
  test('say what is in force, what is not and why', () => {
    expect(reportedProperties(one, activity)).toEqual({
      desiredVersion: 3,
      zones: {
        desiredVersion: 3,
        ok: 1,
        notListed: 0,
        rejected: {
          A2: expect.stringMatching(/^sensor: is missing: .*; from: is missing: .*; to: is missing: /) as string,
        },
      },
      spots: { occupied: 0, empty: 0, unknown: 1 },
      messages: { received: 5, parsed: 4, failed: 1 },
      events: 2,
      sensors: { 'Yard%201': { fps: 10, lagMs: 0 } },
      sensorsNotListed: 0,
      outbox: { waiting: 1, durable: true, dropped: 0, setAside: 0 },
      errors: [],
    });
  });

  test('stay small and legal whatever the zones are called', () => {
    const zones = Object.fromEntries(Array.from({ length: 400 }, (_, n) => [`Lot #${n}`, { kind: 'x'.repeat(999) }]));
    const settings = applyDesired(nothingDesired, { version: 1, properties: { zones } });
    const report = reportedProperties(settings, activity);
    expect(report).toMatchObject({
      zones: {
        ok: 0,
        notListed: 370,
        rejected: { 'Lot%20%230': expect.stringContaining('kind') as string },
      },
    });
    expect(JSON.stringify(report).length).toBeLessThan(16_000);
  });
});
