import type { Server as NetServer, ListenOptions, Socket } from 'node:net';
import { HubError } from '../contract/hub-error.ts';

/** Listens; rejects with `HubError` PORT_IN_USE, SOCKET_IN_USE or LISTEN_FAILED. Resolves with the port, or 0 for a unix socket. */
export function listen(server: NetServer, purpose: string, options: ListenOptions): Promise<number> {
  const place = options.path ?? `port ${options.port ?? 0}`;
  return new Promise((resolve, reject) => {
    const failed = (error: NodeJS.ErrnoException): void => {
      const inUse = error.code === 'EADDRINUSE';
      const code = inUse ? (options.path === undefined ? 'PORT_IN_USE' : 'SOCKET_IN_USE') : 'LISTEN_FAILED';
      const why = inUse ? 'is in use by another process' : `cannot be opened (${error.code ?? error.message})`;
      reject(new HubError(code, `${place}, for ${purpose}, ${why}`, { ...options }, error));
    };
    server.once('error', failed);
    server.listen(options, () => {
      server.off('error', failed);
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
}

/** Remembers a server's open connections, so that closing it need not wait for them. */
export function createCloser(server: NetServer): () => Promise<void> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  return () =>
    new Promise((resolve) => {
      if (!server.listening) {
        resolve();
        return;
      }
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
}
