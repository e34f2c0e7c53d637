import { Buffer } from 'node:buffer';
import { EdgeError } from './hub/edge-error.ts';
import type { JsonObject, JsonValue } from './json.ts';
import { isJsonObject } from './twin-patch.ts';

/** Desired and reported properties may each hold 32 KB (Azure docs, "Understand and use device twins"). */
export const twinLimitBytes = 32 * 1024;

const limits = { depth: 10, keyBytes: 1024, textBytes: 4096, integer: 2 ** 52 };
/** Control characters, `.`, `$` and space by IoT Hub; `#` and any white space by edgeHub (ReportedPropertiesValidator). */
const forbiddenInKey = /[\u0000-\u001f\u007f-\u009f.$#\s]/u;

/** The size of properties as JSON text. IoT Hub counts a little less (no quotes or commas): what passes here passes there. */
export function twinSizeBytes(properties: JsonObject): number {
  return Buffer.byteLength(JSON.stringify(properties), 'utf8');
}

/** Throws TWIN_TOO_LARGE where the properties exceed 32 KB. */
export function checkTwinSize(properties: JsonObject): void {
  const sizeBytes = twinSizeBytes(properties);
  if (sizeBytes > twinLimitBytes) {
    throw new EdgeError('TWIN_TOO_LARGE', `reported properties of ${sizeBytes} bytes exceed ${twinLimitBytes} bytes`, {
      facts: { sizeBytes, limitBytes: twinLimitBytes },
    });
  }
}

/** Throws TWIN_INVALID, naming path and reason, where a patch holds what IoT Hub or edgeHub refuse in reported properties. */
export function checkReportedPatch(patch: JsonObject): void {
  checkObject(patch, '', 1);
}

function checkObject(object: JsonObject, path: string, depth: number): void {
  if (depth > limits.depth) refuse(path, `deeper than ${limits.depth} levels`);
  for (const [key, value] of Object.entries(object)) {
    const where = path === '' ? key : `${path}.${key}`;
    if (key === '' || forbiddenInKey.test(key)) {
      refuse(where, 'a key must be non-empty, without control characters, white space, ".", "$" and "#"');
    }
    if (Buffer.byteLength(key, 'utf8') > limits.keyBytes) refuse(where, `a key may have ${limits.keyBytes} bytes`);
    checkValue(value, where, depth);
  }
}

function checkValue(value: JsonValue, path: string, depth: number): void {
  if (typeof value === 'string' && Buffer.byteLength(value, 'utf8') > limits.textBytes) {
    refuse(path, `a string may have ${limits.textBytes} bytes`);
  }
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) refuse(path, 'a number must be finite');
    if (Number.isInteger(value) && Math.abs(value) > limits.integer) refuse(path, 'an integer must be within ±2^52');
  }
  if (isJsonObject(value)) checkObject(value, path, depth + 1);
  else if (Array.isArray(value)) {
    for (const [index, item] of (value as readonly JsonValue[]).entries()) {
      if (item === null) refuse(`${path}[${index}]`, 'an array must not hold null');
      checkValue(item, `${path}[${index}]`, depth + 1);
    }
  }
}

function refuse(path: string, reason: string): never {
  throw new EdgeError('TWIN_INVALID', `reported property ${path}: ${reason}`, { facts: { path, reason } });
}
