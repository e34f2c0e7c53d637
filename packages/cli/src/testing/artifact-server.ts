import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server of artifacts on loopback: strong ETags, ranges, and answers that stop in the middle where a test wants them to. */
export interface ArtifactServer extends AsyncDisposable {
  readonly url: string;
  /** The `range` and `if-range` headers of every request so far, undefined without. */
  readonly ranges: readonly (string | undefined)[];
  put(
    name: string,
    body: Buffer | string,
  ): { readonly url: string; readonly sha256: string; readonly sizeBytes: number };
  /** Answers end after so many bytes, with the connection left open; undefined lets them end. */
  stallAfter(bytes: number | undefined): void;
}

/** Starts the server on a port of its own. */
export async function startArtifactServer(): Promise<ArtifactServer> {
  const files = new Map<string, Buffer>();
  const ranges: (string | undefined)[] = [];
  let stallBytes: number | undefined;
  const server = createServer((request, response) => {
    const body = files.get((request.url ?? '').slice(1));
    if (body === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { range, 'if-range': validator } = request.headers;
    ranges.push(range === undefined ? undefined : `${range} if ${String(validator)}`);
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const part = body.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      etag: `"${createHash('sha256').update(body).digest('hex')}"`,
      'content-length': part.length,
      ...(from > 0 && { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }),
    });
    if (stallBytes === undefined) response.end(part);
    else response.write(part.subarray(0, stallBytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    ranges,
    put(name, body) {
      const bytes = Buffer.from(body);
      files.set(name, bytes);
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      return { url: `${url}/${name}`, sha256, sizeBytes: bytes.length };
    },
    stallAfter: (bytes) => void (stallBytes = bytes),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
