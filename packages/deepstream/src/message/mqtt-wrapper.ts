import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

const payloadField = 1;
/** `key` and `timestamp`. The key is what the adapter takes for the sensor's id; from JSON it makes rubbish. */
const laterTags = [(2 << 3) | WireType.LengthDelimited, (3 << 3) | WireType.LengthDelimited];

/**
 * The payload out of the protobuf message that DeepStream's MQTT adapter (9.1) wraps around each one with
 * DEEPSTREAM_ENABLE_SENSOR_ID_EXTRACTION=1: `{1: payload, 2: key, 3: timestamp}` (nvds_mqtt_proto.cpp). `truncated` where
 * it ends before its payload does; undefined where the bytes are none.
 */
export function unwrapMqtt(bytes: Uint8Array): Uint8Array | 'truncated' | undefined {
  if (bytes[0] !== ((payloadField << 3) | WireType.LengthDelimited)) return undefined;
  const start = 1 + varintLength(bytes);
  // What is wrapped begins as JSON or nv.Frame does; a text that begins with a newline goes on otherwise.
  const first = bytes[start];
  if (start === 1 || (first !== 0x7b && first !== 0x0a)) return undefined;
  const length = new BinaryReader(bytes.subarray(1, start)).uint32();
  const end = start + length;
  // The length of a long payload has bytes that no JSON text has at its second place.
  if (end > bytes.length) return (bytes[1] ?? 0) >= 0x80 ? 'truncated' : undefined;
  // The time of sending always follows: nothing that a text has there.
  return laterTags.includes(bytes[end] ?? 0) ? bytes.subarray(start, end) : undefined;
}

/** How many bytes the length takes; 0 where it has no end. */
function varintLength(bytes: Uint8Array): number {
  for (let count = 1; count <= 5; count += 1) {
    const byte = bytes[count];
    if (byte === undefined) return 0;
    if (byte < 0x80) return count;
  }
  return 0;
}
