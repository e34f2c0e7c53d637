import type { JsonObject } from '@companion/foundation';

/** The part of the reported properties for a version of the desired ones that went back from `from`; nothing without one. */
export function versionWentBack(from: number | undefined): JsonObject {
  if (from === undefined) return {};
  const message = `the version of the desired properties was ${from} and is not higher now, as after a fail-over of IoT Hub; compare them with what you set last`;
  return { versionWentBack: { from, message } };
}
