import { describe, expect, test } from 'vitest';
import { Pipeline } from '../pipeline/pipeline.ts';
import { readSavedPipeline } from '../pipeline/saved-pipeline.ts';
import { parseDesired } from './desired.ts';

const half = [0, 0.5, 0.5, 0.5, 0.5, 1, 0, 1];
const spot = (sensor: string, over: object = {}) => ({
  kind: 'spot',
  sensor,
  polygon: half,
  units: 'normalized',
  ...over,
});

function polygonsOf(properties: Record<string, unknown>, zonesFile?: string): unknown[] {
  const desired = parseDesired(properties, zonesFile);
  if (!desired.ok) throw new Error(JSON.stringify(desired.mistakes));
  expect(desired.rejected).toEqual({});
  return desired.config.zones.map((zone) => ('polygon' in zone ? zone.polygon : zone));
}

describe('the frame of a sensor', () => {
  test('is what normalized zones of it are shares of; of the others it is that of the defaults', () => {
    const sensors = { Roof: { frame: { width: 3_840, height: 2_160 } }, Gate: {} };
    expect(polygonsOf({ sensors, zones: { a: spot('Roof'), b: spot('Gate'), c: spot('Yard') } })).toEqual([
      [0, 1_080, 1_920, 1_080, 1_920, 2_160, 0, 2_160],
      [0, 540, 960, 540, 960, 1_080, 0, 1_080],
      [0, 540, 960, 540, 960, 1_080, 0, 1_080],
    ]);
  });

  test('goes before the frame of the defaults, for zones of the file too', () => {
    const sensors = { Roof: { frame: { width: 100, height: 200 } } };
    const zonesFile = JSON.stringify({ zones: { a: spot('Roof') }, defaults: { frameWidth: 640, frameHeight: 480 } });
    expect(polygonsOf({ sensors, zonesFile: 'configs/zones.json' }, zonesFile)).toEqual([
      [0, 100, 50, 100, 50, 200, 0, 200],
    ]);
  });

  test('changes nothing of zones in pixels', () => {
    const sensors = { Roof: { frame: { width: 100, height: 200 } } };
    const polygon = [0, 0, 50, 0, 50, 50];
    expect(polygonsOf({ sensors, zones: { a: spot('Roof', { units: 'pixel', polygon }) } })).toEqual([polygon]);
  });

  test('is found by the key that the report has for a name that no key of a twin can be', () => {
    const sensors = { 'Hof%20Ost%2E1': { frame: { width: 200, height: 100 } } };
    expect(polygonsOf({ sensors, zones: { a: spot('Hof Ost.1') } })).toEqual([[0, 50, 100, 50, 100, 100, 0, 100]]);
  });

  test.each([
    [{ Roof: { frame: { width: 0, height: 1 } } }, 'sensors.Roof.frame.width'],
    [{ Roof: { frame: { width: 1 } } }, 'sensors.Roof.frame.height'],
    [{ Roof: { frames: {} } }, 'sensors.Roof.frames'],
    [{ Roof: 5 }, 'sensors.Roof'],
    [[], 'sensors'],
  ])('must be one: %j is a mistake at %s', (sensors, path) => {
    const desired = parseDesired({ sensors });
    expect(desired.ok).toBe(false);
    const [first] = desired.ok ? [] : desired.mistakes;
    expect(first?.at.path?.join('.')).toBe(path);
  });

  test('scales boxes that come normalized, each sensor’s by its own, and a checkpoint keeps it', () => {
    const sensors = { Roof: { frame: { width: 1_000, height: 500 } } };
    const defaults = { units: 'normalized', enterAfterMs: 0 };
    const zones = { a: spot('Roof'), b: spot('Yard') };
    const desired = parseDesired({ sensors, defaults, zones });
    if (!desired.ok) throw new Error('refused');
    const { config } = readSavedPipeline(JSON.parse(JSON.stringify(desired.config)), {});
    expect(config).toEqual(desired.config);
    const pipeline = new Pipeline(config);
    const box = { left: 0.1, top: 0.6, right: 0.4, bottom: 0.9 };
    for (let n = 0; n < 30; n++) {
      for (const sensor of ['Roof', 'Yard']) {
        const detections = [{ trackId: '1', label: 'Car', confidence: 0.9, box }];
        const timeMs = Date.UTC(2026, 4, 1) + n * 100;
        const frame = { schema: 'minimal', sensor, timeMs, frameNumber: `${n}`, detections } as const;
        pipeline.step({ type: 'frame', frame, receivedMs: timeMs });
      }
    }
    expect(pipeline.zones().map(({ state }) => state)).toEqual(['occupied', 'occupied']);
  });
});
