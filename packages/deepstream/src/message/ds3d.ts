/*
 * What DeepStream's converter makes of 3D data maps (lidar and sensor fusion, nvmsgconv's dsmeta_payload.cpp): JSON of
 * version ds3d/1.0, with payload 2 a point cloud in protobuf behind it, or that alone. It is named, not read: its boxes
 * are metres in a room or belong to no camera.
 */

/** Said of all of them. */
export const ds3dDetail =
  'a message of ds3d (lidar or sensor fusion); its objects belong to no camera and are not read';

/** Whether a JSON object is one. */
export function isDs3d(value: object): boolean {
  return 'version' in value && typeof value.version === 'string' && value.version.startsWith('ds3d/');
}

/** Whether a text that is not JSON alone is one: with a point cloud behind it, its beginning is all that can be judged. */
export function startsAsDs3d(text: string): boolean {
  return /^\s*\{\s*"version"\s*:\s*"ds3d\//.test(text.slice(0, 64));
}

/** Whether bytes are a point cloud alone: points of up to four floats, each behind its tag (lidar_schema.proto). */
export function isPointCloud(bytes: Uint8Array): boolean {
  const [tag, length = 0, field = 0] = bytes;
  return tag === 0x0a && length % 5 === 0 && length >= 5 && length <= 20 && [0x0d, 0x15, 0x1d, 0x25].includes(field);
}
