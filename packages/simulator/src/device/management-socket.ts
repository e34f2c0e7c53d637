import { chmod, mkdir, rm, symlink } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { dirname } from 'node:path';

import { AgentError, type Agent, type ModuleInfo } from '../agent/index.ts';
import { createApi, isPercentEncoded, pathnameOf, requestListener, type ErrorAnswers } from '../hub/http/api.ts';

export interface ManagementSocketOptions {
  readonly socketPath: string;
  /** A second name for it, since a root may be deeper than a socket's path can be. */
  readonly link: string;
  /** Undefined until it is there. */
  readonly agent: () => Pick<Agent, 'modules' | 'restart'> | undefined;
}

/**
 * What `iotedge list` and `iotedge restart` use of aziot-edged's management API (2018-06-28; Azure/iotedge,
 * edgelet-http-mgmt): `GET /modules` and `POST /modules/{name}/restart`, which answers 204 when the module runs again.
 * Errors are `{"message"}`. As on a device the socket is its owner's and its group's: mode 0660.
 */
export class ManagementSocket {
  readonly #options: ManagementSocketOptions;
  readonly #server: Server;

  constructor(options: ManagementSocketOptions) {
    this.#options = options;
    this.#server = createServer(managementApi(options.agent));
  }

  /** Listens under both names, or under none where it rejects. */
  async open(): Promise<void> {
    const { socketPath, link } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject).listen(socketPath, resolve);
    });
    try {
      await chmod(socketPath, 0o660);
      await mkdir(dirname(link), { recursive: true });
      // A container engine makes a folder of a bind's source that is not there.
      await rm(link, { force: true, recursive: true });
      await symlink(socketPath, link);
    } catch (error) {
      await this.#closeServer();
      throw error;
    }
  }

  /** Ends it; the second name goes too. */
  async close(): Promise<void> {
    await rm(this.#options.link, { force: true });
    await this.#closeServer();
  }

  #closeServer(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

const answers: ErrorAnswers = {
  error: (error) =>
    failure(
      error instanceof AgentError && error.code === 'MODULE_UNKNOWN' ? 404 : 500,
      error instanceof Error ? error.message : String(error),
    ),
  badRequest: (message) => failure(400, message),
  notFound: (method, pathname) => failure(404, `there is no ${method} ${pathname}`),
};

function managementApi(agent: ManagementSocketOptions['agent']): RequestListener {
  const api = createApi(answers);
  api.use(async (context, next) => {
    const pathname = pathnameOf(context);
    if (!isPercentEncoded(pathname)) return answers.badRequest(`the path ${pathname} is not percent-encoded`);
    return next();
  });
  api.get('/modules', () => Response.json({ modules: (agent()?.modules() ?? []).map(moduleJson) }));
  api.post('/modules/:name/restart', async (context) => {
    await agent()?.restart(context.req.param('name'));
    return new Response(null, { status: 204 });
  });
  return requestListener(api, answers);
}

function failure(status: number, message: string): Response {
  return Response.json({ message }, { status });
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
