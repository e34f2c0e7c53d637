import { isDeeperThan, isJsonObject, wellFormedJson, type JsonObject } from '@companion/foundation';
import type { DesiredDocument } from '../hub/hub.ts';

/** The hub's answer to a GET of the twin, both halves without `$` members. */
export interface RawTwin {
  /** Undefined where the answer has no `$version`: then it is not IoT Hub's document, and says nothing. */
  readonly desired: DesiredDocument | undefined;
  readonly reported: JsonObject;
}

/** IoT Hub allows ten levels below the root of a section; what is far beyond is none of its twins. */
const maxDepth = 32;

/**
 * Reads the body of a twin response; undefined where it is no twin (the hub answers errors with an empty body). Half a
 * character in a text or key, as a cut emoji leaves it, becomes U+FFFD here, for both modules and all that they do with it.
 */
export function readTwin(body: unknown): RawTwin | undefined {
  if (!isJsonObject(body) || isDeeperThan(body, maxDepth)) return undefined;
  const { desired, reported } = wellFormedJson(body);
  if (!isJsonObject(desired)) return undefined;
  const version = desired['$version'];
  return {
    desired: typeof version === 'number' ? { version, properties: withoutSystem(desired) } : undefined,
    reported: isJsonObject(reported) ? withoutSystem(reported) : {},
  };
}

function withoutSystem(properties: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(properties).filter(([key]) => !key.startsWith('$')));
}
