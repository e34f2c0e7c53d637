import { encodeMinimal, parseMessage, type Detection } from '@companion/deepstream/message';
import { cloudEvent, eventMessage, snapshotEvents, snapshotMessage } from '@companion/filter';
import { parseDesired, Pipeline } from '@companion/occupancy';
import { demoZones, makeScene } from '@companion/simulator/testing';
import { createCarPark, spots } from '../../occupancy/car-park.ts';
import { measurement, type Benchmark } from '../benchmark.ts';

const startMs = Date.UTC(2026, 4, 1);
const hourMs = 3_600_000;
const sensorName = 'Yard';
const moduleSource = '/devices/demo/modules/filter';

/** A camera for an hour. */
interface View {
  readonly name: string;
  readonly fps: number;
  readonly zones: object;
  readonly detections: (frame: number) => readonly Detection[];
}

/**
 * Bytes of events and of the snapshots that are sent by default, with their properties, against bytes of detections in the
 * minimal schema, for an hour. The demo's scene lasts twenty seconds and begins anew: it changes every other second, so
 * that people see something, and a thousandth of its ten small frames a second is an event in four minutes. The car park
 * is the scene that says what a car park costs.
 */
export const upstreamBenchmark: Benchmark = {
  name: 'filter upstream-bytes',
  run: () => Promise.resolve([demo(10), demo(30), carPark(30)].map(play)),
};

function demo(fps: number): View {
  const { recording } = makeScene({ seed: 1, fps });
  return {
    name: 'demo scene',
    fps,
    zones: demoZones(),
    detections: (frame) =>
      (recording.frames[frame % recording.frameCount]?.objects ?? []).map((object) => {
        const [left, top, right, bottom] = object.box;
        return {
          trackId: object.id,
          label: object.label,
          confidence: object.confidence,
          box: { left, top, right, bottom },
        };
      }),
  };
}

function carPark(fps: number): View {
  const park = createCarPark(1);
  return {
    name: 'car park',
    fps,
    zones: Object.fromEntries(spots.map(({ name, polygon }) => [name, { kind: 'spot', sensor: sensorName, polygon }])),
    detections: (frame) =>
      park.at((frame * 1_000) / fps).map(({ id, label, box }) => ({ trackId: `${id}`, label, confidence: 0.8, box })),
  };
}

function play({ name, fps, zones, detections }: View) {
  const desired = parseDesired({ zones: zones });
  if (!desired.ok) throw new Error(JSON.stringify(desired.mistakes));
  const pipeline = new Pipeline(desired.config);
  let bytesIn = 0;
  let bytesOut = 0;
  const send = ({ body, properties }: ReturnType<typeof eventMessage>): void => {
    bytesOut += Buffer.byteLength(body) + Buffer.byteLength(JSON.stringify(properties));
  };
  const step = (input: Parameters<typeof pipeline.step>[0]): void => {
    for (const event of pipeline.step(input)) send(eventMessage(cloudEvent(event, moduleSource)));
  };
  for (let n = 0; n < (hourMs / 1_000) * fps; n++) {
    const timeMs = startMs + Math.round((n * 1_000) / fps);
    const seen = detections(n);
    if (seen.length > 0) {
      const text = encodeMinimal({ sensor: sensorName, timeMs, frameNumber: `${n}`, detections: seen });
      bytesIn += Buffer.byteLength(text);
      const message = parseMessage(text);
      if (!message.ok) throw new Error(message.detail);
      for (const frame of message.frames) step({ type: 'frame', frame, receivedMs: timeMs });
    }
    if (n % fps === 0) step({ type: 'tick', nowMs: timeMs });
    if (n % ((desired.options.snapshotEveryMs / 1_000) * fps) > 0) continue;
    const parts = snapshotEvents(pipeline.snapshot(timeMs), { source: moduleSource, reason: 'period' });
    for (const part of parts) send(snapshotMessage(part));
  }
  return measurement(`filter upstream-bytes, ${name} at ${fps} frames a second`, 'bytes', bytesOut, bytesIn);
}
