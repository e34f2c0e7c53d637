import { createServer, request as ask } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';

/** A forward proxy, for plain requests and for CONNECT. */
export interface ForwardProxy {
  readonly url: string;
  /** `GET http://…` or `CONNECT host:port`, with every header line: all that a proxy can read. */
  readonly seen: readonly string[];
  stop(): Promise<void>;
}

/** Starts a proxy on a free port; with `refuse` it answers everything with 407. `origins` says where it finds some that only it knows. */
export async function startForwardProxy(
  refuse = false,
  origins: Readonly<Record<string, string>> = {},
): Promise<ForwardProxy> {
  const seen: string[] = [];
  const tunnels = new Set<Socket>();
  const server = createServer((request, response) => {
    seen.push([`${request.method} ${request.url}`, ...request.rawHeaders].join('\n'));
    if (refuse) {
      response.writeHead(407).end();
      return;
    }
    const { origin, pathname } = new URL(request.url ?? '');
    ask(`${origins[origin] ?? origin}${pathname}`, { headers: request.headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    }).end();
  });
  server.on('connect', (request, socket: Socket) => {
    seen.push([`${request.method} ${request.url}`, ...request.rawHeaders].join('\n'));
    tunnels.add(socket);
    socket.on('error', () => undefined);
    if (refuse) {
      socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n');
      return;
    }
    const [host = '', port = ''] = (request.url ?? '').split(':');
    const target = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
      target.pipe(socket).pipe(target);
    });
    target.on('error', () => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    async stop() {
      for (const tunnel of tunnels) tunnel.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
