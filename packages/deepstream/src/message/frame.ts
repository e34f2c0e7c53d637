/** A box in the units that DeepStream sent: pixels of the source's own resolution, or of streammux's with `msg2p-new-api=1`. Finite numbers, `left ≤ right` and `top ≤ bottom` are not promised. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

/** One object that DeepStream saw in one frame. */
export interface Detection {
  /** The tracker's id as DeepStream wrote it (ids exceed 2⁵³ and are not always numbers), or null for untracked. */
  readonly trackId: string | null;
  /** The class label, for example `Car`; "" where DeepStream sent none. */
  readonly label: string;
  /** Null where a number of the box was NaN, infinite or missing. */
  readonly box: Box | null;
  /** Above 0 and up to 1, or null where DeepStream sent none: −0.1 and exactly 0 mean none. */
  readonly confidence: number | null;
  /** Full schema only: `event.type`, for example `entry`, `moving`, `parked`, `empty`; "" where it came empty. */
  readonly eventType?: string;
  /** Full schema only: `place.parkingSpot.id`, from apps that know their parking spots. */
  readonly parkingSpot?: string;
}

/** All detections of one sensor at one time, as one message brought them (the full schema brings one object a message). */
export interface Frame {
  readonly schema: 'full' | 'minimal' | 'protobuf';
  /** DeepStream's name for the camera; "" where it sent an empty one. */
  readonly sensor: string;
  /** Milliseconds since 1970 as stamped by DeepStream, unrepaired (0 occurs), or null where no readable stamp came. */
  readonly timeMs: number | null;
  /** Minimal schema and protobuf: the frame number in decimal digits. Null in the full schema. */
  readonly frameNumber: string | null;
  readonly detections: readonly Detection[];
}
