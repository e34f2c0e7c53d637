import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { DockerClient } from '../docker-client.ts';

/** What an engine says to a call: a status, a body; or its head alone, with the body to come some day. */
export type EngineAnswer = { readonly status?: number; readonly body?: unknown } | 'head alone';

/** A server on a unix socket that answers like an engine to what a test expects to be asked. */
export interface AnsweringEngine extends AsyncDisposable {
  readonly client: DockerClient;
  readonly socketPath: string;
  /** What was asked: `DELETE /containers/one?force=1`, decoded. */
  readonly calls: readonly string[];
  /** Of the calls that got their head alone: those whose connection the client has closed. */
  readonly hungUp: readonly string[];
}

/** Starts one; what `answer` has no answer to gets a 204. */
export async function answeringEngine(answer: (call: string) => EngineAnswer | undefined): Promise<AnsweringEngine> {
  const folder = await mkdtemp(join(tmpdir(), 'engine-'));
  const socketPath = join(folder, 'docker.sock');
  const calls: string[] = [];
  const hungUp: string[] = [];
  // An attach asks for an upgrade, which an engine may answer plainly too.
  const server = createServer({ shouldUpgradeCallback: () => false } as object, (request, response) => {
    const call = `${request.method ?? ''} ${decodeURIComponent(request.url ?? '')}`;
    calls.push(call);
    const given = answer(call) ?? { status: 204 };
    if (given === 'head alone') {
      response.once('close', () => hungUp.push(call));
      response.writeHead(200).flushHeaders();
    } else {
      response.writeHead(given.status ?? 200).end(given.body === undefined ? undefined : JSON.stringify(given.body));
    }
  });
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  return {
    client: new DockerClient({ socketPath }),
    socketPath,
    calls,
    hungUp,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}
