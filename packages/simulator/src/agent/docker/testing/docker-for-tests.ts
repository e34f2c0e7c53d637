import { parseEnv } from 'node:util';
import { existsSync, readFileSync } from 'node:fs';

import * as z from 'zod';

import { DockerClient } from '../docker-client.ts';
import { dockerSocket } from '../docker-socket.ts';

/** An engine with our images, or why tests have to be skipped. */
export type DockerForTests =
  | { readonly ok: true; readonly client: DockerClient; readonly socketPath: string; readonly image: string }
  | { readonly ok: false; readonly reason: string };

const tags = z.array(z.object({ RepoTags: z.array(z.string()).nullable() }));

/** Looks for an engine and, on it, the image of DeepStream's stand-in: it has a shell. */
export async function dockerForTests(): Promise<DockerForTests> {
  if (process.env['CONTAINER_TESTS'] === undefined)
    return { ok: false, reason: 'CONTAINER_TESTS is not set: tests on a real engine take minutes' };
  try {
    const socketPath = dockerSocket(process.env);
    const client = new DockerClient({ socketPath });
    const images = tags.parse(await client.call('GET', '/images/json'));
    const names = images.flatMap(({ RepoTags }) => RepoTags ?? []);
    const wanted = `${registry()}/deepstream-companion-stand-in:`;
    const image = names.find((name) => name.startsWith(wanted));
    if (image === undefined)
      return { ok: false, reason: `the engine has no image ${wanted}…; \`npm run images\` makes it` };
    return { ok: true, client, socketPath, image };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** As the deployment template has it. */
function registry(): string {
  const file = ['.env', '.env.example'].find((name) => existsSync(name));
  const variables = { ...(file === undefined ? {} : parseEnv(readFileSync(file, 'utf8'))), ...process.env };
  return variables['CONTAINER_REGISTRY'] ?? '';
}
