import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '@companion/foundation';
import type { Reach } from '../device/machine.ts';

export interface ArtifactServerOptions {
  readonly directory: string;
  /** 0: as fast as it goes. */
  readonly bytesPerSec: number;
  readonly reach: Reach;
  readonly clock: Clock;
}

/** Serves the demo's artifacts to this machine, as a blob store would, only slower: so that there is something to see. */
export class ArtifactServer {
  readonly #options: ArtifactServerOptions;
  readonly #server: Server;
  /** While it listens. */
  #port = 0;

  constructor(options: ArtifactServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      serve(request, response, options).catch(() => response.destroy());
    });
  }

  /** Listens on a free port. */
  async open(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(0, this.#options.reach.listenAddress, resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  /** `http://<name>:<port>/<file>` */
  urlOf(file: string): string {
    return `http://${this.#options.reach.name}:${this.#port}/${encodeURIComponent(basename(file))}`;
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { directory, bytesPerSec, clock }: ArtifactServerOptions,
): Promise<void> {
  const name = basename(decodeURIComponent((request.url ?? '/').replace(/\?.*$/s, '')));
  const file = join(directory, name);
  const stats = name === '' ? undefined : await stat(file).catch(() => undefined);
  if (stats?.isFile() !== true) {
    response.writeHead(404, { 'content-type': 'text/plain' }).end('no such artifact\n');
    return;
  }
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': stats.size });
  if (request.method === 'HEAD') {
    response.end();
    return;
  }
  await pipeline(createReadStream(file), paced(bytesPerSec, clock), response);
}

/** Lets bytes through at a rate. */
function paced(bytesPerSec: number, clock: Clock): Transform {
  const beganMs = clock.monotonicMs();
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, callback: TransformCallback) {
      passed += chunk.length;
      const aheadMs = bytesPerSec > 0 ? (1000 * passed) / bytesPerSec - (clock.monotonicMs() - beganMs) : 0;
      if (aheadMs <= 0) callback(null, chunk);
      else clock.after(aheadMs, () => callback(null, chunk));
    },
  });
}
