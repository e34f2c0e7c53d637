import { createHmac, timingSafeEqual } from 'node:crypto';
import { parseSasToken } from '../protocol/sas-text.ts';

/** Whom a token has to be made out to, and with which key. */
export interface SasAudience {
  readonly iotHubHostName: string;
  readonly deviceId: string;
  readonly moduleId: string;
  readonly key: Buffer;
}

/** Verifies resource, expiry and signature of a shared access signature. Gives its expiry in milliseconds since 1970, or the reason as text. */
export function verifySasToken(text: string, audience: SasAudience, nowMs: number): number | string {
  const token = parseSasToken(text);
  if (typeof token === 'string') return token;
  const expected = `${audience.iotHubHostName}/devices/${audience.deviceId}/modules/${audience.moduleId}`;
  if (!sameResource(token.resource, expected)) return `the token is made out to ${token.resource}, not to ${expected}`;
  const signature = Buffer.from(token.signature, 'base64');
  const digest = signText(audience.key, Buffer.from(token.signedText));
  if (signature.length !== digest.length || !timingSafeEqual(signature, digest)) {
    return 'the signature is not made with the key of this module';
  }
  const expiryMs = token.expirySeconds * 1000;
  return expiryMs <= nowMs ? `the token expired at ${new Date(expiryMs).toISOString()}` : expiryMs;
}

/** HMAC-SHA256, the only algorithm of the workload API. */
export function signText(key: Buffer, data: Uint8Array): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

// Host names know no case, ids do.
function sameResource(found: string, expected: string): boolean {
  const at = found.indexOf('/');
  const expectedAt = expected.indexOf('/');
  return (
    found.slice(0, at).toLowerCase() === expected.slice(0, expectedAt).toLowerCase() &&
    found.slice(at) === expected.slice(expectedAt)
  );
}
