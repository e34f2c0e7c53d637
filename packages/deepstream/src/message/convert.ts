import { convertFull } from './convert-full.ts';
import { convertMinimal } from './convert-minimal.ts';
import { convertProtobuf } from './convert-protobuf.ts';
import type { ConvertedFrame, Converter } from './converter.ts';

/**
 * The messages that DeepStream's converter makes of a frame: of the full schema one an object, of the others one a frame.
 * On the event path a frame without objects makes none (gstnvmsgconv.cpp, 9.1; compared with the encoders' own payloads).
 */
export function convertFrame(frame: ConvertedFrame, converter: Converter): (string | Uint8Array<ArrayBuffer>)[] {
  if (converter.schema === 'full') return convertFull(frame, converter);
  if (frame.objects.length === 0 && converter.path === 'events') return [];
  return [converter.schema === 'minimal' ? convertMinimal(frame, converter) : convertProtobuf(frame, converter)];
}
