import type { Box } from '@companion/deepstream/message';
import type { RecordedObject } from '../recording/recording.ts';

/** Pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

interface Rectangle {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** A recorded box in the pixels of the stream muxer, which is where detections are made. */
export function atMux(box: RecordedObject['box'], source: Size, mux: Size): Box {
  return edges(muxRectangle(box, source, mux));
}

/** The same box scaled back to the source, as test5 does it: in 32-bit floats, so it may miss by a hair (test5, generate_event_msg_meta). */
export function atSource(box: RecordedObject['box'], source: Size, mux: Size): Box {
  const { left, top, width, height } = muxRectangle(box, source, mux);
  const scaleW = Math.fround(source.width / mux.width);
  const scaleH = Math.fround(source.height / mux.height);
  return edges({
    left: Math.fround(left * scaleW),
    top: Math.fround(top * scaleH),
    width: Math.fround(width * scaleW),
    height: Math.fround(height * scaleH),
  });
}

function muxRectangle([left, top, right, bottom]: RecordedObject['box'], source: Size, mux: Size): Rectangle {
  const across = mux.width / source.width;
  const down = mux.height / source.height;
  return {
    left: Math.fround(left * across),
    top: Math.fround(top * down),
    width: Math.fround((right - left) * across),
    height: Math.fround((bottom - top) * down),
  };
}

function edges({ left, top, width, height }: Rectangle): Box {
  return { left, top, right: Math.fround(left + width), bottom: Math.fround(top + height) };
}
