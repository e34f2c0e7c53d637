import { randomUUID } from 'node:crypto';
import { convertFrame } from '@companion/deepstream/message';
import type { ConvertedObject, DeepStreamVersion } from '@companion/deepstream/message';
import type { AppPlan } from '../plan/app-plan.ts';
import type { OutputPlan } from '../plan/output-plan.ts';
import type { PlayedFrame } from './player.ts';
import { atMux, atSource, type Size } from './scaling.ts';
import type { RecordedObject } from '../recording/recording.ts';

/** What decides how a frame is told. */
export interface Telling {
  readonly frame: PlayedFrame;
  readonly output: OutputPlan;
  readonly plan: Pick<AppPlan, 'tracks' | 'mux' | 'tellsEmptyFrames'>;
  readonly version: DeepStreamVersion;
  /** test5's `-m`: with 1 it knows cars, with 0 it writes labels as they are. */
  readonly modelUsed: number;
  /** Wall clock: the new API stamps with it. */
  readonly nowMs: number;
}

const resnet4Classes = 1;

/** The messages for a frame, as test5 and the message converter would write them. */
export function messagesOf(telling: Telling): (string | Uint8Array)[] {
  const { frame, output, version, nowMs } = telling;
  const { source, frameNumber } = frame;
  const { schema, path, descriptions } = output;
  const converter = { version, path, schema, descriptions, uuid: randomUUID };
  if (path === 'frames') {
    if (frameNumber % output.frameInterval !== 0) return [];
    const objects = frame.objects.map((object) => detected(object, telling));
    return convertFrame({ number: source.stream, timeMs: nowMs, frameNumber, objects }, converter);
  }
  const told = { number: source.camera, sensorId: source.sensorId, timeMs: frame.timeMs, frameNumber };
  const objects = frame.objects.map((object) => attached(object, telling));
  if (objects.length === 0 && telling.plan.tellsEmptyFrames) objects.push(nothing('dummy'));
  if (!output.overwritesFirst || schema === 'full') return convertFrame({ ...told, objects }, converter);
  // gstnvmsgconv.cpp:1077: what it makes up has the stream's number, no name, and zeroes, which is a vehicle.
  const overwritten = { ...told, number: source.stream, sensorId: undefined };
  if (objects.length > 0)
    return convertFrame({ ...overwritten, objects: [nothing('vehicle'), ...objects.slice(1)] }, converter);
  // Without objects on the other path there is a message all the same.
  return convertFrame({ ...overwritten, objects }, { ...converter, path: 'frames' });
}

/** What test5 attaches to an object for the converter: the box in the source's own pixels. */
function attached(object: RecordedObject, { frame, plan, version, modelUsed }: Telling): ConvertedObject {
  const size = frame.source.recording;
  const isCar = modelUsed === resnet4Classes && object.label === firstClass;
  // test5 sets no confidence up to 7.0; later it is the tracker's, and there is none without a tracker.
  const confidence = version === '9.1' && plan.tracks ? Math.fround(object.confidence ?? -0.1) : 0;
  return {
    kind: isCar ? 'vehicle' : 'unknown',
    classified: isCar,
    label: object.label,
    trackId: plan.tracks ? (object.id ?? undefined) : undefined,
    box: plan.mux === undefined ? atMux(object.box, size, size) : atSource(object.box, size, plan.mux),
    confidence,
    event: isCar ? 'moving' : 'entry',
  };
}

/** Class 0 of the detector that `-m 1` stands for. */
const firstClass = 'Car';

/** What the new API reads off an object: the detector's confidence, and the box in the muxer's pixels. */
function detected(object: RecordedObject, { frame, plan }: Telling): ConvertedObject {
  const size: Size = frame.source.recording;
  return {
    kind: 'unknown',
    label: object.label,
    trackId: plan.tracks ? (object.id ?? undefined) : undefined,
    box: atMux(object.box, size, plan.mux ?? size),
    confidence: Math.fround(object.confidence ?? -0.1),
  };
}

function nothing(kind: 'dummy' | 'vehicle'): ConvertedObject {
  const box = { left: 0, top: 0, right: 0, bottom: 0 };
  return { kind, label: undefined, trackId: '0', box, confidence: 0, event: 'entry' };
}
