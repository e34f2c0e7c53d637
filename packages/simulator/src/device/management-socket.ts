import { chmod, mkdir, rm, symlink } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { dirname } from 'node:path';

import type { Agent, ModuleInfo } from '../agent/index.ts';
import { pathParts } from '../hub/http/http-json.ts';

/** What the socket may do to modules. */
type Managed = Pick<Agent, 'modules' | 'restart'>;

/** aziot-edged's management socket, with a name below the device's root. */
export interface ManagementSocket extends AsyncDisposable {
  /** Ends it; `link` goes too. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Serves what `iotedge list` and `iotedge restart` use of aziot-edged's management API (2018-06-28; Azure/iotedge,
 * edgelet-http-mgmt): `GET /modules` and `POST /modules/{name}/restart`, which answers 204 when the module runs again.
 * Errors are `{"message"}`. As on a device the socket is its owner's and its group's: mode 0660. `link` is a second name for
 * it, since a root may be deeper than a socket's path can be.
 */
export async function openManagementSocket(options: {
  readonly socketPath: string;
  readonly link: string;
  readonly agent: () => Managed | undefined;
}): Promise<ManagementSocket> {
  const { socketPath, link } = options;
  const server = createServer((request, response) => {
    answer(request, response, options.agent()).catch((error: unknown) => {
      const unknown = error instanceof Error && 'code' in error && error.code === 'MODULE_UNKNOWN';
      send(response, unknown ? 404 : 500, { message: error instanceof Error ? error.message : String(error) });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(socketPath, resolve);
  });
  const close = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  try {
    await chmod(socketPath, 0o660);
    await mkdir(dirname(link), { recursive: true });
    // A container engine makes a folder of a bind's source that is not there.
    await rm(link, { force: true, recursive: true });
    await symlink(socketPath, link);
  } catch (error) {
    await close();
    throw error;
  }
  return {
    async [Symbol.asyncDispose]() {
      await rm(link, { force: true });
      await close();
    },
  };
}

async function answer(request: IncomingMessage, response: ServerResponse, agent: Managed | undefined): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://management');
  const parts = pathParts(pathname);
  const [first, name, action, ...rest] = parts ?? [];
  if (parts === undefined) {
    send(response, 400, { message: `the path ${pathname} is not percent-encoded` });
  } else if (request.method === 'GET' && first === 'modules' && name === undefined) {
    send(response, 200, { modules: (agent?.modules() ?? []).map(moduleJson) });
  } else if (
    request.method === 'POST' &&
    first === 'modules' &&
    name !== undefined &&
    action === 'restart' &&
    rest.length === 0
  ) {
    await agent?.restart(name);
    response.writeHead(204).end();
  } else {
    send(response, 404, { message: `there is no ${request.method ?? ''} ${pathname}` });
  }
}

function moduleJson({ name, state, startedAtMs, exitCode }: ModuleInfo): object {
  return {
    id: name,
    name,
    type: 'docker',
    config: { settings: {}, env: [] },
    status: {
      ...(startedAtMs === undefined ? {} : { startTime: new Date(startedAtMs).toISOString() }),
      ...(exitCode === undefined ? {} : { exitStatus: { statusCode: String(exitCode ?? 137) } }),
      runtimeStatus: { status: state === 'running' || state === 'stopping' ? 'running' : state },
    },
  };
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
