import type { Descriptions } from './descriptions.ts';
import type { Box } from './frame.ts';
import type { ObjectKind } from './object-kind.ts';

/** Versions of DeepStream that write differently; 4.0, 6.2 and 9.1 are compared with their own encoders. */
export type DeepStreamVersion = '4.0' | '6.2' | '7.0' | '9.1';

/** NvDsEventType, as far as the full schema has a word for it. */
export type EventType = 'entry' | 'exit' | 'moving' | 'stopped' | 'empty' | 'parked' | 'reset';

/** One object as the converter gets it. */
export interface ConvertedObject {
  readonly kind: ObjectKind;
  /** What the detector calls it; undefined where it has no name. */
  readonly label: string | undefined;
  /** In decimal digits; undefined for an untracked one. */
  readonly trackId: string | undefined;
  readonly box: Box;
  /** 0 where nobody has set it. */
  readonly confidence: number;
  readonly event?: EventType | undefined;
  /** Whether test5 has looked for the attributes of a vehicle; it has found none then. */
  readonly classified?: boolean;
}

/** One frame as the converter gets it. */
export interface ConvertedFrame {
  /** The number that finds `[sensorN]`: the camera's on the event path, the stream's with the new API. */
  readonly number: number;
  /** The camera's id where it came by name instead: over REST or from a source list with nvmultiurisrcbin. */
  readonly sensorId?: string | undefined;
  readonly timeMs: number;
  readonly frameNumber: number;
  readonly objects: readonly ConvertedObject[];
}

/** How the converter is set up. */
export interface Converter {
  readonly version: DeepStreamVersion;
  /** `events`: metadata that the app attaches to each object; `frames`: `msg2p-new-api`. */
  readonly path: 'events' | 'frames';
  readonly schema: 'full' | 'minimal' | 'protobuf';
  /** Undefined without `msg-conv-config`. */
  readonly descriptions: Descriptions | undefined;
  /** Gives the ids of messages and events. */
  readonly uuid: () => string;
}
