import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sha256 } from '@companion/foundation/node';

/** A server of artifacts on loopback: strong ETags, ranges, and answers that stop in the middle where a test wants them to. */
export class ArtifactServer implements AsyncDisposable {
  /** The `range` and `if-range` headers of every request so far, undefined without. */
  readonly ranges: (string | undefined)[] = [];
  readonly #files = new Map<string, Buffer>();
  readonly #server: Server;
  /** How many bytes of an answer come before it stalls. */
  #stallBytes: number | undefined;

  constructor() {
    this.#server = createServer((request, response) => this.#answer(request, response));
  }

  /** Listens on a port of its own. */
  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  put(
    name: string,
    body: Buffer | string,
  ): { readonly url: string; readonly sha256: string; readonly sizeBytes: number } {
    const bytes = Buffer.from(body);
    this.#files.set(name, bytes);
    return { url: `${this.url}/${name}`, sha256: sha256(bytes), sizeBytes: bytes.length };
  }

  /** Answers end after so many bytes, with the connection left open; undefined lets them end. */
  stallAfter(bytes: number | undefined): void {
    this.#stallBytes = bytes;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const body = this.#files.get((request.url ?? '').slice(1));
    if (body === undefined) {
      response.writeHead(404).end();
      return;
    }
    const { range, 'if-range': validator } = request.headers;
    this.ranges.push(range === undefined ? undefined : `${range} if ${String(validator)}`);
    const from = Number(/^bytes=(\d+)-$/.exec(range ?? '')?.[1] ?? 0);
    const part = body.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      etag: `"${sha256(body)}"`,
      'content-length': part.length,
      ...(from > 0 && { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }),
    });
    if (this.#stallBytes === undefined) response.end(part);
    else response.write(part.subarray(0, this.#stallBytes));
  }
}

/** Starts a server. */
export function startArtifactServer(): Promise<ArtifactServer> {
  return new ArtifactServer().start();
}
