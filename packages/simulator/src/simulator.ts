import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { loadDeployment, type Deployment, type DeploymentLoaderOptions } from '@companion/deployment';

import { agentFolders, createAgent, type Agent } from './agent/index.ts';
import { createHubServer, type HubAddress, type HubServer } from './hub/index.ts';
import { moduleListRoute } from './module-list-route.ts';
import { lockRoot } from './root-lock.ts';
import { SimulatorError } from './simulator-error.ts';

/** An IoT Edge device in this process: hub, workload API, service API, and the deployment's modules as child processes. */
export interface Simulator extends AsyncDisposable {
  readonly deployment: Deployment;
  readonly hub: HubServer;
  readonly agent: Agent;
  readonly address: HubAddress;
  /** The CA that modules run by hand must trust (`EdgeModuleCACertificateFile`). */
  readonly caFile: string;
  /** The shared volume of artifacts and DeepStream, where it lies here. */
  readonly volume: string;
  /** Connection string of a module that somebody wants to run by hand. */
  connectionString(module: string): string;
  /** The text of a module's `/metrics`. */
  metricsOf(module: string): Promise<string>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

export interface SimulatorOptions {
  readonly templatePath: string;
  readonly envFile?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The device's disk: volumes, shims, the CA. */
  readonly root: string;
  readonly hubPort: number;
  readonly apiPort: number;
  /** Variables for modules that are no code of ours, by which the DeepStream stand-in is set. */
  readonly standInEnvironment: Readonly<Record<string, string>>;
  /** edgeAgent waits 10 s before a first restart; a demo may be less patient. */
  readonly backoffUnitMs?: number;
  /** Modules that are not started: somebody runs them by hand. */
  readonly without?: readonly string[];
  readonly log: Logger;
  readonly onOutput?: (module: string, line: string) => void;
}

/** The device's and the hub's name, as the modules see them. */
const deviceId = 'laptop';
const iotHubHostName = 'simulated.azure-devices.net';
/** The module that DeepStream runs in, by the name its marketplace offer gives it. */
export const deepstreamModule = 'NVIDIADeepStreamSDK';

/**
 * Loads the template and opens the hub; `start` then starts the modules. Rejects with a DeploymentError, HubError,
 * AgentError or SimulatorError, and leaves nothing running.
 */
export async function openSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { log, root } = options;
  const deployment = withoutModules(options.without ?? [], {
    templatePath: options.templatePath,
    environment: options.environment,
    ...(options.envFile === undefined ? {} : { envFile: options.envFile }),
  });
  await makeRoot(root);
  const unlock = await lockRoot(root);
  // A socket's path may have about 100 bytes, a root any number.
  const socketFolder = await mkdtemp(join(tmpdir(), 'iotedge-'));
  const workloadSocketPath = join(socketFolder, 'workload.sock');
  let agent: Agent | undefined;
  const hub = createHubServer({
    deviceId,
    iotHubHostName,
    workloadSocketPath,
    port: options.hubPort,
    apiPort: options.apiPort,
    log,
    ...moduleListRoute(() => agent?.modules() ?? []),
  });

  const close = async (): Promise<void> => {
    await agent?.stop();
    await hub.stop();
    await rm(socketFolder, { recursive: true, force: true });
    await unlock();
  };

  try {
    const address = await hub.start();
    const identities = new Map(deployment.modules.map(({ name, desired }) => [name, hub.addModule(name, desired)]));
    hub.setRoutes(deployment.routes, { timeToLiveSecs: deployment.timeToLiveSecs });
    const caFile = join(root, 'ca.pem');
    await writeFile(caFile, address.caCertificatePem);
    const ownCode = new Set(deployment.modules.filter(({ source }) => source !== undefined).map(({ name }) => name));

    const running = createAgent({
      deployment,
      root,
      log,
      environment: options.environment,
      standIns: { 'deepstream-test5-app': standInCommand() },
      ...(options.backoffUnitMs === undefined ? {} : { backoffUnitMs: options.backoffUnitMs }),
      ...(options.onOutput === undefined ? {} : { onOutput: options.onOutput }),
      moduleEnvironment: (module) => ({
        IOTEDGE_WORKLOADURI: `unix://${workloadSocketPath}`,
        IOTEDGE_DEVICEID: deviceId,
        IOTEDGE_MODULEID: module,
        IOTEDGE_IOTHUBHOSTNAME: iotHubHostName,
        IOTEDGE_AUTHSCHEME: 'sasToken',
        IOTEDGE_APIVERSION: '2018-06-28',
        IOTEDGE_GATEWAYHOSTNAME: `localhost:${address.port}`,
        IOTEDGE_MODULEGENERATIONID: identities.get(module)?.generationId ?? '',
        ...(ownCode.has(module) ? {} : options.standInEnvironment),
      }),
    });
    agent = running;

    return {
      deployment,
      hub,
      agent: running,
      address,
      caFile,
      volume: sharedVolume(deployment, root),
      connectionString: (module) => identities.get(module)?.connectionString ?? '',
      metricsOf: (module) => metricsOf(running, module),
      start: () => running.start(),
      stop: close,
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function withoutModules(names: readonly string[], options: DeploymentLoaderOptions): Deployment {
  const deployment = loadDeployment(options);
  for (const name of names) {
    if (deployment.modules.some((module) => module.name === name)) continue;
    const known = deployment.modules.map((module) => module.name).join(', ');
    throw new SimulatorError('MODULE_UNKNOWN', `--without ${name}: the deployment's modules are ${known}`);
  }
  const modules = deployment.modules.map((module) =>
    names.includes(module.name) ? { ...module, status: 'stopped' as const } : module,
  );
  return { ...deployment, modules };
}

async function makeRoot(root: string): Promise<void> {
  try {
    // Not recursive: with a parent that refuses (/proc), Node's recursive mkdir tries for ever.
    await mkdir(root).catch((error: unknown) => {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    });
    const probe = await mkdtemp(join(root, '.probe-'));
    await rm(probe, { recursive: true });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SimulatorError(
      'ROOT_UNWRITABLE',
      `the simulator can't write below ${root}: ${reason}; choose another folder with --root`,
      { cause },
    );
  }
}

/** Where the volume that artifacts and DeepStream share lies here, be it a folder of the device or a named volume. */
function sharedVolume(deployment: Deployment, root: string): string {
  const sources = (name: string): string[] => {
    const host = deployment.modules.find((one) => one.name === name)?.createOptions.HostConfig;
    const binds = (host?.Binds ?? []).map((bind) => bind.split(':')[0] ?? '');
    return [...binds, ...(host?.Mounts ?? []).map(({ Source }) => Source)];
  };
  const shared = sources('artifacts').find((source) => sources(deepstreamModule).includes(source));
  if (shared === undefined) {
    throw new SimulatorError(
      'VOLUME_MISSING',
      `modules artifacts and ${deepstreamModule} share no volume in createOptions: releases would never reach DeepStream`,
    );
  }
  const folders = agentFolders(root);
  return shared.startsWith('/') ? folders.hostPath(shared) : join(folders.volumes, shared);
}

async function metricsOf(agent: Agent, module: string): Promise<string> {
  const url = agent.modules().find(({ name }) => name === module)?.metricsUrl;
  if (url === undefined) return '';
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
    return await response.text();
  } catch {
    // It is just starting or just ending; whoever asks will ask again.
    return '';
  }
}

function standInCommand(): string[] {
  const main = join(import.meta.dirname, 'deepstream', 'main.ts');
  return [process.execPath, '--import', import.meta.resolve('tsx'), main];
}
