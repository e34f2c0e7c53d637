import { checkTwin, formatPlace, jsonSizeBytes, twinLimits, type JsonObject } from '@companion/foundation';
import { EdgeError } from '../hub/edge-error.ts';

/** Throws TWIN_TOO_LARGE where the reported properties, whole, exceed 32 KB. */
export function checkReportedSize(properties: JsonObject): void {
  const sizeBytes = jsonSizeBytes(properties);
  const limitBytes = twinLimits.sectionBytes;
  if (sizeBytes > limitBytes) {
    throw new EdgeError('TWIN_TOO_LARGE', `reported properties of ${sizeBytes} bytes exceed ${limitBytes} bytes`, {
      facts: { sizeBytes, limitBytes },
    });
  }
}

/** Throws TWIN_INVALID, naming path and reason, where a patch holds what IoT Hub or edgeHub refuse in reported properties. */
export function checkReportedPatch(patch: JsonObject): void {
  for (const { at, message: reason } of checkTwin('reported', patch)) {
    const path = formatPlace(at);
    throw new EdgeError('TWIN_INVALID', `reported property ${path === '' ? '(root)' : path} ${reason}`, {
      facts: { path, reason },
    });
  }
}
