import type { ConvertedFrame, Converter } from './converter.ts';

/** The sensor as minimal and protobuf name it; a config without its group gives "" on the event path, "0" on the other. */
export function sensorName({ number, sensorId }: ConvertedFrame, { descriptions, path }: Converter): string {
  if (path === 'events' && sensorId !== undefined) return sensorId;
  return descriptions?.sensors.get(number)?.id ?? (path === 'events' && descriptions !== undefined ? '' : '0');
}
