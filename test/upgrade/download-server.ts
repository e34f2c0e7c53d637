import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { partBytes } from './story.ts';

/** Whether `next.bin` comes whole, or stops after its first part. */
export type Manner = 'whole' | 'stuck';

/** What was asked for: a path, and from which byte. */
export interface Asked {
  readonly path: string;
  readonly from: number;
}

/** A web server with the downloads, which keeps in mind what it was asked for. */
export class DownloadServer implements AsyncDisposable {
  readonly asked: Asked[] = [];
  readonly #server;

  constructor(downloads: ReadonlyMap<string, Buffer>, manner: Manner) {
    this.#server = createServer((request, response) => {
      const path = request.url ?? '';
      const body = downloads.get(path.slice(1));
      const from = Number(/^bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? '0');
      this.asked.push({ path, from });
      if (body === undefined) {
        response.writeHead(404).end();
        return;
      }
      response.writeHead(from > 0 ? 206 : 200, {
        etag: '"one"',
        'accept-ranges': 'bytes',
        'content-length': body.length - from,
        ...(from > 0 && { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }),
      });
      if (path === '/next.bin' && manner === 'stuck') response.write(body.subarray(from, partBytes));
      else response.end(body.subarray(from));
    });
  }

  /** Listens on loopback; resolves with where. */
  async open(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}
