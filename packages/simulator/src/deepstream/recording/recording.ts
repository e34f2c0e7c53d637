import * as z from 'zod';
import { StandInError } from './stand-in-error.ts';

/** What a detector and its tracker saw in one frame of a video. */
export interface RecordedFrame {
  /** Counts from 0, in steps of at least 1. */
  readonly frame: number;
  readonly objects: readonly RecordedObject[];
}

/** One recorded detection. */
export interface RecordedObject {
  /** The tracker's id, or null for an object without a track. */
  readonly id: string | null;
  readonly label: string;
  /** Left, top, right, bottom in pixels of the recording's width and height. */
  readonly box: readonly [left: number, top: number, right: number, bottom: number];
  /** 0 to 1, or null where the detector gave none. */
  readonly confidence: number | null;
}

/** The detections of one video, as they lie beside it: `yard.y4m` has `yard.detections.jsonl`. */
export interface Recording {
  /** The camera that the video came from, if known. */
  readonly sensor: string | undefined;
  readonly fps: number;
  readonly width: number;
  readonly height: number;
  /** How many frames the video has. */
  readonly frameCount: number;
  /** In the order of `frame`; a frame that is left out had no objects. */
  readonly frames: readonly RecordedFrame[];
}

const recordingFormat = 'companion-detections/1';

const headerLine = z.strictObject({
  format: z.literal(recordingFormat),
  sensor: z.string().optional(),
  fps: z.number().positive().max(1000),
  width: z.int().positive(),
  height: z.int().positive(),
  frames: z.int().positive(),
});

const frameLine = z.strictObject({
  frame: z.int().nonnegative(),
  objects: z.array(
    z.strictObject({
      id: z.string().nullable().default(null),
      label: z.string(),
      box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
      confidence: z.number().min(0).max(1).nullable().default(null),
    }),
  ),
});

/** Writes a recording: a header line, then a line a frame, each ended by a newline. */
export function writeRecording(recording: Recording): string {
  const { sensor, fps, width, height, frameCount, frames } = recording;
  const header = {
    format: recordingFormat,
    ...(sensor === undefined ? {} : { sensor }),
    fps,
    width,
    height,
    frames: frameCount,
  };
  return [header, ...frames].map((line) => `${JSON.stringify(line)}\n`).join('');
}

/**
 * Reads a recording. `file` is only for messages.
 * @throws StandInError RECORDING_BAD, naming file and line
 */
export function readRecording(text: string, file: string): Recording {
  const lines = text.split('\n');
  const fail = (index: number, reason: string): never => {
    throw new StandInError('RECORDING_BAD', { file, line: index + 1 }, reason);
  };
  const parse = <T>(schema: z.ZodType<T>, index: number): T => {
    let value: unknown;
    try {
      value = JSON.parse(lines[index] ?? '');
    } catch (cause) {
      return fail(index, `not JSON: ${cause instanceof Error ? cause.message : String(cause)}`);
    }
    const parsed = schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    return fail(index, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not as expected'}`.replace(/^: /, ''));
  };

  const header = parse(headerLine, 0);
  const frames: RecordedFrame[] = [];
  let previous = -1;
  for (let index = 1; index < lines.length; index += 1) {
    if (lines[index]?.trim() === '') continue;
    const frame = parse(frameLine, index);
    if (frame.frame <= previous) fail(index, `frame ${frame.frame} does not come after frame ${previous}`);
    if (frame.frame >= header.frames) fail(index, `frame ${frame.frame} in a recording of ${header.frames} frames`);
    previous = frame.frame;
    frames.push(frame);
  }
  return {
    sensor: header.sensor,
    fps: header.fps,
    width: header.width,
    height: header.height,
    frameCount: header.frames,
    frames,
  };
}
