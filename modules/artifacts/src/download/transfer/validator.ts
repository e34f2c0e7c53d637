import type { Headers } from 'node-fetch';

/** Proof that a server still has the same bytes, for If-Range (RFC 9110 §13.1.5): a strong ETag, or a Last-Modified that is strong. */
export type Validator = { readonly etag: string } | { readonly lastModified: string };

/** The strong validator of an answer; undefined where there is none, and a cut download can't go on. */
export function validatorOf(headers: Headers): Validator | undefined {
  const etag = headers.get('etag');
  if (etag !== null) {
    // A weak one promises an equivalent file, not the same bytes.
    return /^"[\x21\x23-\x7e\x80-\xff]*"$/.test(etag) ? { etag } : undefined;
  }
  const lastModified = headers.get('last-modified');
  const modifiedMs = Date.parse(lastModified ?? '');
  const dateMs = Date.parse(headers.get('date') ?? '');
  // RFC 9110 §8.8.2.2: strong only if the file had been left alone for a while when the server looked.
  return lastModified !== null && dateMs - modifiedMs >= 60_000 ? { lastModified } : undefined;
}

/** Whether an answer's own validator contradicts the one that was asked for. */
export function contradicts(validator: Validator, headers: Headers): boolean {
  if ('etag' in validator) {
    const etag = headers.get('etag');
    return etag !== null && etag !== validator.etag;
  }
  const lastModified = headers.get('last-modified');
  return lastModified !== null && lastModified !== validator.lastModified;
}
