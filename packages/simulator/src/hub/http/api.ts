import type { RequestListener } from 'node:http';
import { getRequestListener, RequestError } from '@hono/node-server';
import { Hono, type Context } from 'hono';
import type { HttpEnv } from '../contract/contract.ts';

/** The context of a handler. */
export type HttpContext = Context<HttpEnv>;

/** How an API answers what goes wrong. */
export interface ErrorAnswers {
  /** The answer for what a resource threw. */
  error(error: unknown): Response;
  /** The answer for a request that can't be read. */
  badRequest(message: string): Response;
  /** The answer for a request that no resource takes. */
  notFound(method: string, pathname: string): Response;
}

/** An API without resources: what they throw, and what no resource takes, is answered in one place. */
export function createApi(answers: ErrorAnswers): Hono<HttpEnv> {
  // A slash at the end of a path means nothing.
  const api = new Hono<HttpEnv>({ strict: false });
  api.onError((error) => answers.error(error));
  api.notFound((context) => answers.notFound(context.req.method, pathnameOf(context)));
  return api;
}

/** The API as a listener for a server of Node, be it on a port or on a unix socket. */
export function requestListener(api: Hono<HttpEnv>, answers: ErrorAnswers): RequestListener {
  const listener = getRequestListener(api.fetch, {
    // Without a Host header, as HTTP/1.0 allows.
    hostname: 'localhost',
    errorHandler: (error) =>
      error instanceof RequestError
        ? answers.badRequest(`the request is not understood: ${error.message}`)
        : answers.error(error),
    // The globals are everybody's, the Azure SDK's too.
    overrideGlobalObjects: false,
  });
  return (request, response) => void listener(request, response);
}

/** The path as it was asked for, not decoded. */
export function pathnameOf({ req }: HttpContext): string {
  return new URL(req.url).pathname;
}

/** Whether every percent sign of a path begins an encoded character. */
export function isPercentEncoded(pathname: string): boolean {
  try {
    decodeURIComponent(pathname);
    return true;
  } catch {
    return false;
  }
}
