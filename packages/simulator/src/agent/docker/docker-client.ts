import { request, type ClientRequest, type IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

import { DockerError, type DockerErrorCode } from './docker-error.ts';

const codes: Readonly<Record<number, DockerErrorCode>> = {
  // A network that has containers is not removed: 403, where anything else in use is 409.
  403: 'CONFLICT',
  404: 'NOT_FOUND',
  409: 'CONFLICT',
};

/**
 * Docker's Engine API over its unix socket, as far as the simulator needs it; nothing is connected before the first call.
 * Paths carry no version: an engine then takes its own. All calls reject with a `DockerError`.
 */
export class DockerClient {
  readonly #socketPath: string;

  constructor({ socketPath }: { readonly socketPath: string }) {
    this.#socketPath = socketPath;
  }

  /** Sends JSON, resolves with the answer's JSON, or undefined where it has no body. */
  async call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<unknown> {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const headers =
      text === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) };
    const bytes = await readAll(await this.#answerTo(this.#send(method, path, headers), text));
    return bytes.length === 0 ? undefined : (JSON.parse(bytes.toString()) as unknown);
  }

  /** Resolves with the answer's body as it comes, as soon as its head is there: what the call waits for has begun by then. */
  open(method: 'GET' | 'POST', path: string): Promise<Readable> {
    return this.#answerTo(this.#send(method, path));
  }

  /** A container's streams, from now on; to be called before its start, so that no line is lost. */
  attach(container: string): Promise<Readable> {
    const path = `/containers/${container}/attach?stream=1&stdout=1&stderr=1`;
    // Not an HTTP answer but the raw connection, which the engine asks to be told by an upgrade.
    const call = this.#send('POST', path, { connection: 'Upgrade', upgrade: 'tcp' });
    return new Promise((resolve, reject) => {
      call.once('upgrade', (_response, socket, head: Buffer) => {
        if (head.length > 0) socket.unshift(head);
        resolve(socket);
      });
      this.#answerTo(call).then(resolve, reject);
    });
  }

  #send(method: string, path: string, headers: Record<string, string> = {}): ClientRequest {
    return request({ socketPath: this.#socketPath, method, path, headers: { host: 'docker', ...headers } });
  }

  #answerTo(call: ClientRequest, body?: string): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      call.once('error', (error) => reject(this.#unreachable(error)));
      call.once('response', (response) => {
        const status = response.statusCode ?? 0;
        if (status < 400) resolve(response);
        else readAll(response).then((bytes) => reject(refusal(status, bytes)), reject);
      });
      call.end(body);
    });
  }

  #unreachable(cause: Error): DockerError {
    const reason = 'code' in cause ? String(cause.code) : cause.message;
    return new DockerError('ENGINE_UNREACHABLE', `no Docker engine answers on ${this.#socketPath} (${reason})`, {
      cause,
    });
  }
}

function refusal(status: number, body: Buffer): DockerError {
  let message = body.toString();
  try {
    message = (JSON.parse(message) as { message?: string }).message ?? message;
  } catch {
    // Not the engine's own words, a proxy's perhaps: as they are.
  }
  return new DockerError(codes[status] ?? 'ENGINE_REFUSED', message || `the Docker engine answered ${status}`);
}

/** All bytes of a stream. */
export async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}
