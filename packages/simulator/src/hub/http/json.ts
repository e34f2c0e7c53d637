import type { JsonValue } from '@companion/foundation';
import { HubError } from '../contract/hub-error.ts';
import type { HttpContext } from './api.ts';

/** Bigger requests than this are refused: a method's payload is the largest thing that may come. */
const bodyLimitBytes = 256 * 1024;

/** An answer with JSON. */
export function jsonResponse(body: unknown, status = 200): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/json; charset=utf-8' },
  });
}

/** Reads a JSON body. Throws `HubError` BAD_REQUEST for another content type, too many bytes or no JSON. */
export async function readJson({ req }: HttpContext): Promise<JsonValue> {
  if (!/^application\/json\s*(?:;|$)/iu.test(req.header('content-type') ?? '')) {
    throw new HubError('BAD_REQUEST', 'the content type has to be application/json');
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const body: AsyncIterable<Uint8Array> | null = req.raw.body;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > bodyLimitBytes) throw new HubError('BAD_REQUEST', `the body is larger than ${bodyLimitBytes} bytes`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as JsonValue;
  } catch (cause) {
    throw new HubError('BAD_REQUEST', 'the body is not JSON', { cause });
  }
}
