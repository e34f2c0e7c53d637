import type { ServerResponse } from 'node:http';
import type { UpstreamMessage } from '../contract/contract.ts';
import type { WritableUpstreamFeed } from '../routing/upstream-feed.ts';

/** A reader that falls this far behind is cut off; it can come back with `Last-Event-ID`. */
const backlogLimitBytes = 16 * 1024 * 1024;

/**
 * Streams the feed as server-sent events, id = sequence, data = one JSON object a message. With `from`, remembered
 * messages from that sequence number on come first; a comment tells where some are forgotten.
 */
export function streamUpstream(response: ServerResponse, feed: WritableUpstreamFeed, from: number | undefined): void {
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

/**
 * A message for people and scripts: `body` is the JSON value where the bytes are JSON, a string where they are other
 * text; else there is `bodyBase64` in its place.
 */
export function upstreamJson({ body, ...rest }: UpstreamMessage): object {
  const text = decode(body);
  if (text === undefined) return { ...rest, bodyBase64: Buffer.from(body).toString('base64') };
  try {
    return { ...rest, body: JSON.parse(text) as unknown };
  } catch {
    return { ...rest, body: text };
  }
}

function decode(body: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(body);
  } catch {
    return undefined;
  }
}
