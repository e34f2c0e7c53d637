import { createServer, type IncomingMessage } from 'node:http';

/** A daemon on a unix socket that restarts one container. */
export interface DaemonDouble {
  readonly requests: readonly string[];
  /** The container ends by itself. */
  exit(code: number): void;
  stop(): Promise<void>;
}

interface State {
  running: boolean;
  starts: number;
  exitCode: number;
}
interface Dialect {
  readonly restart: RegExp;
  readonly view: RegExp;
  readonly body: (module: string, state: State) => unknown;
}

/** How the two daemons are asked, and how they answer. */
export const dialects: Readonly<Record<'edged' | 'docker', Dialect>> = {
  edged: {
    restart: /^POST \/modules\/(\w+)\/restart\?api-version=2018-06-28$/,
    view: /^GET \/modules\?api-version=2018-06-28$/,
    body: (name, { running, starts, exitCode }) => ({
      modules: [
        { name: 'edgeHub', status: { runtimeStatus: { status: 'running' } } },
        {
          name,
          status: {
            startTime: `2026-01-01T00:00:${String(starts).padStart(2, '0')}Z`,
            ...(running ? {} : { exitStatus: { statusCode: String(exitCode) } }),
            runtimeStatus: { status: running ? 'running' : 'failed' },
          },
        },
      ],
    }),
  },
  docker: {
    restart: /^POST \/containers\/(\w+)\/restart\?t=20$/,
    view: /^GET \/containers\/(\w+)\/json$/,
    body: (_, { running, starts, exitCode }) => ({
      State: { Running: running, StartedAt: `2026-01-01T00:00:${starts}Z`, ExitCode: running ? 0 : exitCode },
    }),
  },
};

/** Listens on `socket` for a module of this name. */
export async function startDaemon(dialect: Dialect, socket: string, module: string): Promise<DaemonDouble> {
  const state: State = { running: false, starts: 0, exitCode: 0 };
  const requests: string[] = [];
  const answer = (line: string): { status: number; body?: unknown } => {
    const [, restarted] = dialect.restart.exec(line) ?? [];
    if (restarted === module) {
      state.running = true;
      state.starts += 1;
      return { status: 204 };
    }
    const viewed = dialect.view.exec(line);
    if (viewed !== null && (viewed[1] ?? module) === module) return { status: 200, body: dialect.body(module, state) };
    return { status: 404, body: { message: 'no such thing' } };
  };
  const server = createServer((request: IncomingMessage, response) => {
    const line = `${request.method ?? ''} ${request.url ?? ''}`;
    requests.push(line);
    const { status, body } = answer(line);
    response.writeHead(status).end(body === undefined ? undefined : JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return {
    requests,
    exit: (code) => Object.assign(state, { running: false, exitCode: code }),
    stop: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}
