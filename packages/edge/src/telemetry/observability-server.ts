import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EdgeError } from '../hub/edge-error.ts';
import type { Health } from './health.ts';
import type { Metrics } from './metrics.ts';

/** The server for `/metrics` and `/healthz`. */
export interface ObservabilityServer extends AsyncDisposable {
  /** Listens and gives the port. Rejects with PORT_IN_USE or LISTEN_FAILED. */
  start(): Promise<number>;
  /** Ends, connections included. May be called twice, and before `start`. */
  stop(): Promise<void>;
}

/** `GET /metrics`: Prometheus text. `GET /healthz`: 200, or 503 where a check fails, with every check by name. Port 0 takes any free one. */
export function createObservabilityServer(options: {
  readonly metrics: Metrics;
  readonly health: Health;
  readonly port: number;
  readonly host: string;
}): ObservabilityServer {
  const { metrics, health, port, host } = options;

  const answer: RequestListener = (request, response) => {
    const path = (request.url ?? '/').replace(/\?.*$/s, '');
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.writeHead(405, { allow: 'GET, HEAD' }).end();
    } else if (path === '/metrics') {
      metrics.render().then(
        (text) => response.writeHead(200, { 'content-type': metrics.contentType }).end(text),
        (error: unknown) => response.writeHead(500, { 'content-type': 'text/plain' }).end(String(error)),
      );
    } else if (path === '/healthz') {
      const report = health.report();
      response.writeHead(report.healthy ? 200 : 503, {
        'content-type': 'application/json',
        'cache-control': 'no-store',
      });
      response.end(`${JSON.stringify(report)}\n`);
    } else {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('GET /metrics or /healthz\n');
    }
  };

  const server = createServer(answer);

  async function stop(): Promise<void> {
    if (!server.listening) return;
    await new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  }

  return {
    start: () =>
      new Promise((resolve, reject) => {
        server.once('error', (error: NodeJS.ErrnoException) => {
          reject(listenError(error, host, port));
        });
        server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
      }),
    stop,
    [Symbol.asyncDispose]: stop,
  };
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
