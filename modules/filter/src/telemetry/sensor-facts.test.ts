import type { Detection } from '@companion/deepstream/message';
import { expect, test } from 'vitest';
import { parseDesired } from '@companion/occupancy';
import { SensorFacts, sensorFactJson } from './sensor-facts.ts';

const car = (right: number, bottom: number): Detection => ({
  trackId: null,
  label: 'Car',
  confidence: null,
  box: { left: 0, top: 0, right, bottom },
});
const fault = (sensor: string | null, text: string) =>
  ({ sensor, severity: 'critical', source: 'jetson', text }) as const;

test('the bounds of a sensor’s boxes grow with them, and numbers gone wrong don’t count', () => {
  const facts = new SensorFacts();
  expect(facts.of('Yard')).toEqual({ bounds: undefined, fault: undefined });
  facts.frame({ sensor: 'Yard', detections: [car(1_279.5, 300), car(40, 719), { ...car(1, 1), box: null }] });
  facts.frame({ sensor: 'Yard', detections: [car(3.4e38, 5), car(9, 2 ** 31)] });
  facts.frame({ sensor: 'Gate', detections: [car(5, 5)] });
  expect(facts.of('Yard').bounds).toEqual({ width: 1_280, height: 719 });
});

test('what DeepStream says of a sensor stays until its next frame, and is news once', () => {
  const facts = new SensorFacts();
  expect([fault('Yard', 'a'), fault('Yard', 'a'), fault('Yard', 'b')].map((one) => facts.fault(one))).toEqual([
    true,
    false,
    true,
  ]);
  expect([facts.of('Yard').fault, facts.faulty()]).toEqual(['b', ['Yard']]);
  facts.frame({ sensor: 'Yard', detections: [] });
  expect([facts.of('Yard').fault, facts.faulty()]).toEqual([undefined, []]);
  expect(facts.fault(fault('Yard', 'b'))).toBe(true);
  expect(facts.fault(fault(null, 'of none'))).toBe(true);
});

test('no more sensors are remembered than there is room for, and no words without end', () => {
  const facts = new SensorFacts();
  for (let n = 0; n < 1_000; n++) facts.fault(fault(`s${n}`, 'x'.repeat(10_000)));
  expect(facts.faulty()).toHaveLength(64);
  expect(facts.of('s0').fault).toHaveLength(200);
});

test('boxes beyond the frame that normalized zones count on give a hint', () => {
  const known = { bounds: { width: 3_840, height: 2_160 }, fault: undefined };
  const json = (config: object) =>
    sensorFactJson('Yard', known, { emptyFrames: false, frameMs: 200, config: { zones: [], ...config } });
  expect(json({})).toEqual({ bounds: { width: 3_840, height: 2_160 } });
  expect(json({ frame: { width: 1_920, height: 1_080 } })).toMatchObject({
    frame: { width: 1_920, height: 1_080 },
    hint: expect.stringContaining('3840 x 2160') as string,
  });
  expect(json({ frames: { Yard: { width: 3_840, height: 2_160 } } })).not.toHaveProperty('hint');
});

test('a camera that is slower than its spots need gives a hint', () => {
  const desired = parseDesired({
    zones: { A1: { kind: 'spot', sensor: 'Yard', polygon: [0, 0, 100, 0, 100, 100, 0, 100] } },
  });
  if (!desired.ok) throw new Error(JSON.stringify(desired));
  const { config } = desired;
  const facts = new SensorFacts().of('Yard');
  const hintAt = (frameMs: number, sensor = 'Yard') =>
    sensorFactJson(sensor, facts, { emptyFrames: false, frameMs, config })['hint'];
  expect(hintAt(3_000)).toBe('sends one frame in 3.0 s; enterAfterMs of its spots is stretched to 6.0 s');
  expect([hintAt(1_000), hintAt(0), hintAt(3_000, 'Lobby')]).toEqual([undefined, undefined, undefined]);
});
