/**
 * Why a message, or a part of one, was not read.
 * - `empty`: nothing in it; an empty array too.
 * - `not-json`: no JSON where JSON has to be.
 * - `truncated`: JSON, or a protobuf message, that ends before it is complete.
 * - `concatenated`: several JSON values, or protobuf messages, with nothing between them.
 * - `log-line`: JSON behind other text in one line, as adapters print it.
 * - `custom-schema`: the stock text of msg-conv-payload-type=257.
 * - `protobuf`: an nv.Frame (msg-conv-payload-type=2) that is broken, or that came as text instead of bytes.
 * - `ds3d`: what DeepStream sends of lidar and sensor fusion, whose objects belong to no camera.
 * - `unknown-schema`: JSON of another shape, as custom message converters make it.
 * - `bad-object`: an entry of the minimal schema's `objects` that is none.
 * - `too-large`, `too-deep`, `too-many`: more bytes, levels or values than `messageLimits` has; nothing of it was read.
 */
export type RejectReason =
  | 'empty'
  | 'not-json'
  | 'truncated'
  | 'concatenated'
  | 'log-line'
  | 'custom-schema'
  | 'protobuf'
  | 'ds3d'
  | 'unknown-schema'
  | 'bad-object'
  | 'too-large'
  | 'too-deep'
  | 'too-many';

/** How many parts of a message were rejected, by reason. */
export type RejectCounts = Readonly<Partial<Record<RejectReason, number>>>;
