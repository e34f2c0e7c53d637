import { redactUrl } from '@companion/foundation';
import fetch, { type Response } from 'node-fetch';
import { ArtifactError } from '../../../core/artifact-error.ts';
import type { Credential } from '../../../credentials/credential.ts';
import type { AgentFor } from './agents.ts';
import { downloadFailed, downloadRefused, networkReason, type Where } from '../../transfer/download-failure.ts';
import { RedirectGuard, type PrivateRedirects } from './redirect-guard.ts';
import { retryAfterMs } from './retry-after.ts';

interface RequestOptions {
  readonly where: Where;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Sent only over https, and only to the origin that the twin names. */
  readonly credential: Credential | undefined;
  readonly agentFor: AgentFor;
  readonly privateRedirects: PrivateRedirects;
  readonly signal: AbortSignal;
}

const maxRedirects = 5;

/**
 * Asks for a file, following redirects. Resolves with a 200, 206 or 416, whose body the caller must read or `dispose`;
 * rejects with an `ArtifactError` for anything else.
 */
export async function request(options: RequestOptions): Promise<Response> {
  const { where, headers, credential, agentFor, privateRedirects, signal } = options;
  const guard = new RedirectGuard({ where, privateRedirects });
  let url = new URL(options.url);
  const { origin } = url;
  if (credential !== undefined && url.protocol !== 'https:') {
    throw new ArtifactError('CREDENTIAL_REFUSED', `${where.name}: a credential is never sent over plain http`, {
      retryable: false,
      facts: { url: where.url },
    });
  }
  for (let redirects = 0; ; redirects++) {
    const trusted =
      credential !== undefined && url.protocol === 'https:' && url.origin === origin ? credential : undefined;
    const agent = agentFor(url, guard);
    let response: Response;
    try {
      response = await fetch(withQuery(url, trusted), {
        agent,
        signal,
        redirect: 'manual',
        highWaterMark: 128 * 1024,
        // The digest in the twin is that of the file as it is, whatever coding a proxy would like better.
        compress: false,
        headers: {
          ...headers,
          'accept-encoding': 'identity',
          ...(trusted?.kind === 'header' ? { [trusted.name]: trusted.value } : {}),
        },
      });
    } catch (error) {
      signal.throwIfAborted();
      if (guard.refusal !== undefined) throw guard.refusal;
      throw downloadFailed(where, networkReason(error), {}, stripped(error));
    }
    const { status } = response;
    if (status === 200 || status === 206 || status === 416) return response;
    dispose(response);
    if (![301, 302, 303, 307, 308].includes(status)) throw refusedBy(response, where);
    const next = nextUrl(response.headers.get('location'), url);
    if (next === undefined) throw downloadRefused(where, 'redirects to nowhere', { status });
    if (url.protocol === 'https:' && next.protocol !== 'https:') {
      throw downloadRefused(where, 'redirects from https to http', { status, to: redactUrl(next.href) });
    }
    if (redirects === maxRedirects)
      throw downloadRefused(where, `redirects more than ${maxRedirects} times`, { status });
    url = next;
  }
}

/** Ends the connection of an answer whose body nobody wants, instead of leaving it to the garbage collector. */
export function dispose(response: Response): void {
  const { body } = response;
  if (body === null || !('destroy' in body)) return;
  // The body's error about its own end has nobody to go to.
  body.on('error', () => undefined);
  (body as unknown as { destroy(): void }).destroy();
}

function refusedBy(response: Response, where: Where): ArtifactError {
  const { status, headers } = response;
  const passing = status >= 500 || status === 408 || status === 425 || status === 429;
  return new ArtifactError(
    passing ? 'DOWNLOAD_FAILED' : 'DOWNLOAD_REFUSED',
    `${where.name}: ${where.url} answered ${status}`,
    // A 403 or 404 may be mended on the server, without a new twin, so even a refusal is tried again.
    { retryable: true, facts: { status }, retryAfterMs: retryAfterMs(headers.get('retry-after'), headers.get('date')) },
  );
}

function nextUrl(location: string | null, from: URL): URL | undefined {
  if (location === null || !URL.canParse(location, from.href)) return undefined;
  const url = new URL(location, from);
  // fetch refuses these, and a server has no business to hand out either.
  if (url.username !== '' || url.password !== '') return undefined;
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : undefined;
}

function withQuery(url: URL, credential: Credential | undefined): string {
  if (credential?.kind !== 'query') return url.href;
  const signed = new URL(url);
  signed.search = signed.search === '' ? credential.query : `${signed.search}&${credential.query}`;
  return signed.href;
}

/** An error without node-fetch's message, which quotes the URL with its query: causes end up in logs. */
function stripped(error: unknown): Error {
  const clean = new Error(networkReason(error));
  clean.name = error instanceof Error ? error.name : 'Error';
  return clean;
}
