export { convertFrame } from './convert.ts';
export type { ConvertedFrame, ConvertedObject, Converter, DeepStreamVersion, EventType } from './converter.ts';
export { readDescriptions } from './descriptions.ts';
export type {
  AnalyticsDescription,
  Descriptions,
  PlaceDescription,
  SensorDescription,
  Triple,
} from './descriptions.ts';
export { encodeFull } from './encode-full.ts';
export type { FullEnvelope, FullPlace } from './encode-full.ts';
export { encodeMinimal } from './encode-minimal.ts';
export { encodeProtobuf } from './encode-protobuf.ts';
export type { Box, Detection, Frame } from './frame.ts';
export { messageLimits } from './message-limits.ts';
export { parseMessage } from './parse.ts';
export type { ParsedMessage, ReadMessage, UnreadMessage } from './parse.ts';
export type { ObjectKind } from './object-kind.ts';
export type { RejectCounts, RejectReason } from './reject.ts';
export type { StreamFault } from './stream-fault.ts';
export { formatTimestamp, parseTimestamp } from './timestamp.ts';
