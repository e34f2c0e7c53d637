import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { basename, join } from 'node:path';
import { Transform, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import type { Reach } from '../device/machine.ts';

/** Serves the demo's artifacts to this machine, as a blob store would, only slower: so that there is something to see. */
export interface ArtifactServer extends AsyncDisposable {
  /** `http://<name>:<port>/<file>` */
  urlOf(file: string): string;
}

interface ArtifactServerOptions {
  readonly directory: string;
  /** 0: as fast as it goes. */
  readonly bytesPerSec: number;
  readonly reach: Reach;
}

/** Starts the server on a free port. */
export async function startArtifactServer({
  directory,
  bytesPerSec,
  reach,
}: ArtifactServerOptions): Promise<ArtifactServer> {
  const server = createServer((request, response) => {
    serve(request, response, directory, bytesPerSec).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(0, reach.listenAddress, resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    urlOf: (file) => `http://${reach.name}:${port}/${encodeURIComponent(basename(file))}`,
    [Symbol.asyncDispose]: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  directory: string,
  bytesPerSec: number,
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
  await pipeline(createReadStream(file), paced(bytesPerSec), response);
}

/** Lets bytes through at a rate. */
function paced(bytesPerSec: number): Transform {
  const beganMs = performance.now();
  let passed = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, callback: TransformCallback) {
      passed += chunk.length;
      const aheadMs = bytesPerSec > 0 ? (1000 * passed) / bytesPerSec - (performance.now() - beganMs) : 0;
      if (aheadMs <= 0) callback(null, chunk);
      else delay(aheadMs).then(() => callback(null, chunk), callback);
    },
  });
}
