import { randomUUID } from 'node:crypto';

import { loadDeployment } from '@companion/deployment/node';

import { DockerClient, dockerSocket } from '@companion/simulator/testing';
import { listImages } from '../../scripts/image-list.ts';

/** An engine that has our images, or in one line why there is none. */
export type Engine =
  { readonly ok: true; readonly client: DockerClient } | { readonly ok: false; readonly reason: string };

/** Looks for the engine that DOCKER_HOST names, and there for every amd64 image of `npm run images`. */
export async function findEngine(): Promise<Engine> {
  try {
    const client = new DockerClient({ socketPath: dockerSocket(process.env) });
    await client.call('GET', '/version');
    for (const platform of ['amd64', 'amd64.debug'] as const) {
      for (const { image } of listImages(platform, process.env)) await client.call('GET', `/images/${image}/json`);
    }
    return { ok: true, client };
  } catch (error) {
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** A container of a module, made from the deployment template as edgeAgent makes it. */
export interface ModuleContainer extends AsyncDisposable {
  /** What the engine says of it. */
  state(): Promise<ContainerState>;
  /** Runs JavaScript in it, which writes JSON to stdout. */
  evaluate(script: string): Promise<unknown>;
  restart(): Promise<void>;
  /** As `docker stop` does it; resolves with the milliseconds it took. */
  stop(): Promise<number>;
}

/** The engine's view of a container. */
export interface ContainerState {
  readonly RestartCount: number;
  readonly State: {
    readonly Running: boolean;
    readonly ExitCode: number;
    readonly Health?: { readonly Status: string; readonly Log: readonly { readonly ExitCode: number }[] | null };
  };
  readonly Mounts: readonly { readonly Type: string; readonly Source: string; readonly RW: boolean }[];
}

/** What a test adds to the createOptions of the template. */
export interface ContainerExtras {
  readonly env?: Readonly<Record<string, string>>;
  readonly binds?: readonly string[];
}

/**
 * Starts a module on the host's network, with volumes of its own and without published ports; health is looked at every
 * second. Disposing removes container and volumes.
 */
export async function startModule(
  client: DockerClient,
  name: string,
  extras: ContainerExtras,
): Promise<ModuleContainer> {
  const spec = loadDeployment({ templatePath: 'deployment.template.json', environment: process.env }).modules.find(
    (module) => module.name === name,
  );
  if (spec === undefined) throw new Error(`the template has no module ${name}`);
  const prefix = `images-test-${randomUUID().slice(0, 8)}-`;
  const host = spec.createOptions.HostConfig ?? {};
  const binds = (host.Binds ?? []).map((bind) => `${prefix}${bind}`);
  const { Id: id } = (await client.call('POST', `/containers/create?name=${prefix}${name}`, {
    ...spec.createOptions,
    Image: spec.image,
    Env: Object.entries({ ...spec.env, ...extras.env }).map(([key, value]) => `${key}=${value}`),
    Healthcheck: { Interval: 1e9, Retries: 1, StartPeriod: 1e6 },
    HostConfig: {
      ...host,
      Binds: [...binds, ...(extras.binds ?? [])],
      PortBindings: {},
      NetworkMode: 'host',
      // Some hosts refuse what an engine sets by default.
      Ulimits: ['nofile', 'nproc'].map((Name) => ({ Name, Soft: 1024, Hard: 1024 })),
    },
  })) as { readonly Id: string };
  const remove = async (): Promise<void> => {
    await client.call('DELETE', `/containers/${id}?force=1&v=1`);
    for (const bind of binds) await client.call('DELETE', `/volumes/${bind.split(':')[0] ?? ''}`);
  };
  try {
    await client.call('POST', `/containers/${id}/start`);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    state: async () => (await client.call('GET', `/containers/${id}/json`)) as ContainerState,
    async evaluate(script) {
      const options = { AttachStdout: true, Tty: true, Cmd: ['node', '--input-type=module', '-e', script] };
      const exec = (await client.call('POST', `/containers/${id}/exec`, options)) as { readonly Id: string };
      return client.call('POST', `/exec/${exec.Id}/start`, { Detach: false, Tty: true });
    },
    async restart() {
      await client.call('POST', `/containers/${id}/restart?t=10`);
    },
    async stop() {
      const startedAt = performance.now();
      await client.call('POST', `/containers/${id}/stop?t=10`);
      return performance.now() - startedAt;
    },
    [Symbol.asyncDispose]: remove,
  };
}
