import type { ListenOptions, Server, Socket } from 'node:net';
import { HubError } from '../contract/hub-error.ts';

/** Servers that listen and are closed together, with their open connections. */
export class OpenServers {
  #servers: { readonly server: Server; readonly sockets: ReadonlySet<Socket> }[] = [];

  /**
   * Lets a server listen; `purpose` is for messages. Resolves with the port, or 0 for a unix socket; rejects with
   * `HubError` PORT_IN_USE, SOCKET_IN_USE or LISTEN_FAILED.
   */
  async open(server: Server, purpose: string, place: ListenOptions): Promise<number> {
    const sockets = new Set<Socket>();
    server.on('connection', (socket: Socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    });
    const port = await listen(server, purpose, place);
    this.#servers.push({ server, sockets });
    return port;
  }

  /** Does not wait for connections: it ends them. */
  async close(): Promise<void> {
    const closing = this.#servers;
    this.#servers = [];
    await Promise.all(
      closing.map(
        ({ server, sockets }) =>
          new Promise<void>((resolve) => {
            server.close(() => resolve());
            for (const socket of sockets) socket.destroy();
          }),
      ),
    );
  }
}

function listen(server: Server, purpose: string, options: ListenOptions): Promise<number> {
  const { path, port = 0 } = options;
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      const inUse = error.code === 'EADDRINUSE';
      const code = inUse ? (path === undefined ? 'PORT_IN_USE' : 'SOCKET_IN_USE') : 'LISTEN_FAILED';
      const why = inUse ? 'is in use by another process' : `cannot be opened (${error.code ?? error.message})`;
      const facts = { path, port, host: options.host };
      reject(new HubError(code, `${path ?? `port ${port}`}, for ${purpose}, ${why}`, { facts, cause: error }));
    };
    server.once('error', failed);
    server.listen(options, () => {
      server.off('error', failed);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}
