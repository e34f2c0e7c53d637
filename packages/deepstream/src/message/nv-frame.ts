/** Field numbers of the messages in nv-frame.proto, and of the well-known google.protobuf.Timestamp. */
export const fieldNumbers = {
  Frame: { version: 1, id: 2, timestamp: 3, sensorId: 4, objects: 5 },
  Object: { id: 1, bbox: 2, type: 3, confidence: 4 },
  Bbox: { leftX: 1, topY: 2, rightX: 3, bottomY: 4 },
  Timestamp: { seconds: 1, nanos: 2 },
} as const;
