import { once } from 'node:events';
import { WebSocket } from 'ws';

/** A connection to Node's inspector, which speaks the Chrome DevTools Protocol. */
export interface InspectorSession extends AsyncDisposable {
  /** One command; rejects with the inspector's own words where it refuses. */
  send<Result>(method: string, params?: object): Promise<Result>;
  /** Calls with the parameters of each such event from now on. */
  on(method: string, listener: (event: unknown) => void): void;
}

interface Reply {
  readonly id?: number;
  readonly method?: string;
  readonly params?: unknown;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** Finds the one target behind the port, as an attaching debugger does, and connects to it. Rejects where nobody listens. */
export async function openInspector({ host, port }: { host: string; port: number }): Promise<InspectorSession> {
  const response = await fetch(`http://${host}:${port}/json/list`);
  const [target] = (await response.json()) as { webSocketDebuggerUrl: string }[];
  if (target === undefined) throw new Error(`the inspector on ${host}:${port} has no target`);
  // The target names itself as it listens, which behind a port binding is not where it is reached.
  const url = new URL(target.webSocketDebuggerUrl);
  url.host = `${host}:${port}`;
  const socket = new WebSocket(url);
  await once(socket, 'open');

  const waiting = new Map<number, { resolve: (reply: Reply) => void; reject: (error: Error) => void }>();
  const listeners: { readonly method: string; readonly call: (event: unknown) => void }[] = [];
  let lastId = 0;
  socket.on('message', (data: Buffer) => {
    const reply = JSON.parse(data.toString()) as Reply;
    if (reply.id !== undefined) waiting.get(reply.id)?.resolve(reply);
    for (const { method, call } of listeners) if (method === reply.method) call(reply.params);
  });
  socket.once('close', () => {
    for (const { reject } of waiting.values()) reject(new Error('the inspector has gone'));
  });

  return {
    async send<Result>(method: string, params: object = {}) {
      const id = ++lastId;
      const reply = await new Promise<Reply>((resolve, reject) => {
        waiting.set(id, { resolve, reject });
        socket.send(JSON.stringify({ id, method, params }));
      });
      waiting.delete(id);
      if (reply.error !== undefined) throw new Error(`${method}: ${reply.error.message}`);
      return reply.result as Result;
    },
    on(method, listener) {
      listeners.push({ method, call: listener });
    },
    async [Symbol.asyncDispose]() {
      if (socket.readyState === WebSocket.CLOSED) return;
      const closed = once(socket, 'close');
      socket.close();
      await closed;
    },
  };
}
