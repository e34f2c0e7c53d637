import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EdgeError } from '../hub/edge-error.ts';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';

/** `GET /metrics`: Prometheus text. `GET /healthz`: 200, or 503 where a check fails, with every check by name. */
export class ObservabilityServer implements AsyncDisposable {
  readonly #metrics: Metrics;
  readonly #health: Health;
  readonly #host: string;
  readonly #port: number;
  readonly #server = createServer((request, response) => this.#answer(request, response));

  /** Port 0 takes any free one. */
  constructor(options: {
    readonly metrics: Metrics;
    readonly health: Health;
    readonly port: number;
    readonly host: string;
  }) {
    this.#metrics = options.metrics;
    this.#health = options.health;
    this.#host = options.host;
    this.#port = options.port;
  }

  /** Listens and gives the port. Rejects with PORT_IN_USE or LISTEN_FAILED. */
  start(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', (error: NodeJS.ErrnoException) => {
        reject(listenError(error, this.#host, this.#port));
      });
      this.#server.listen(this.#port, this.#host, () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  /** Ends, connections included. May be called twice, and before `start`. */
  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '/').replace(/\?.*$/s, '');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else if (path === '/metrics') {
      const metrics = this.#metrics;
      metrics.render().then(
        (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
        (error: unknown) => response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error)),
      );
    } else if (path === '/healthz') {
      const report = this.#health.report();
      response.writeHead(report.healthy ? 200 : 503, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
      });
      response.end(`${JSON.stringify(report)}\n`);
    } else {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('GET /metrics or /healthz\n');
    }
  }
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): EdgeError {
  const facts = { host, port, ...(error.code === undefined ? {} : { found: error.code }) };
  return error.code === 'EADDRINUSE'
    ? new EdgeError('PORT_IN_USE', `port ${port} for metrics and health is in use; set METRICS_PORT`, {
        facts,
        cause: error,
      })
    : new EdgeError('LISTEN_FAILED', `can't listen on ${host}:${port} for metrics and health`, { facts, cause: error });
}
