import type { ServerResponse } from 'node:http';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { Hono } from 'hono';
import { parseJson } from '@companion/foundation';
import type { HttpEnv, UpstreamMessage } from '../../contract/contract.ts';
import type { WritableUpstreamFeed } from '../../routing/upstream-feed.ts';
import type { HttpContext } from '../api.ts';
import type { ServiceContext } from './service-context.ts';

/** A reader that falls this far behind is cut off; it can come back with `Last-Event-ID`. */
const backlogLimitBytes = 16 * 1024 * 1024;

/** `GET /messages/events[?from=1]`: what IoT Hub would get, as server-sent events. */
export function upstreamEventsResource({ upstream }: ServiceContext): Hono<HttpEnv> {
  const resource = new Hono<HttpEnv>();
  resource.get('/messages/events', (context) => {
    // Written to Node's response itself, which knows how far behind its reader is.
    streamUpstream(context.env.outgoing, upstream, replayFrom(context));
    return RESPONSE_ALREADY_SENT;
  });
  return resource;
}

/**
 * Streams the feed: id = sequence, data = one JSON object a message. With `from`, remembered messages from that sequence
 * number on come first; a comment tells where some are forgotten.
 */
function streamUpstream(response: ServerResponse, feed: WritableUpstreamFeed, from: number | undefined): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(`: the upstream feed; ${feed.count} messages so far\n\n`);
  const write = (message: UpstreamMessage): void => {
    response.write(`id: ${message.sequence}\ndata: ${JSON.stringify(upstreamJson(message))}\n\n`);
    if (response.writableLength > backlogLimitBytes) response.destroy();
  };
  if (from !== undefined) {
    const replay = feed.since(from);
    const first = replay[0]?.sequence ?? feed.count + 1;
    if (first > from) response.write(`: messages before ${first} are forgotten\n\n`);
    for (const message of replay) write(message);
  }
  const unsubscribe = feed.subscribe(write);
  response.on('close', unsubscribe);
}

function replayFrom({ req }: HttpContext): number | undefined {
  const last = req.header('last-event-id');
  const from = last === undefined ? Number(req.query('from') ?? Number.NaN) : Number(last) + 1;
  return Number.isInteger(from) && from > 0 ? from : undefined;
}

/**
 * A message for people and scripts: `body` is the JSON value where the bytes are JSON, a string where they are other
 * text; else there is `bodyBase64` in its place.
 */
function upstreamJson({ body, ...rest }: UpstreamMessage): object {
  const text = decode(body);
  if (text === undefined) return { ...rest, bodyBase64: Buffer.from(body).toString('base64') };
  const value = parseJson(text);
  return { ...rest, body: value === undefined ? text : value };
}

function decode(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}
