import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Deployment } from '@companion/deployment';
import { loadDeployment, type DeploymentLoaderOptions } from '@companion/deployment/node';

import { agentFolders, createAgent, type Agent } from '../agent/index.ts';
import { HubServer, type HubAddress } from '../hub/index.ts';
import { openMachine, type MachineChoice, type Reach } from './machine.ts';
import { ManagementSocket } from './management-socket.ts';
import { moduleList } from './module-list.ts';
import { lockRoot } from './root-lock.ts';
import { sharedVolume } from './shared-volume.ts';
import { SimulatorError } from './simulator-error.ts';

/** An IoT Edge device: hub, workload, management and service API in this process, and the deployment's modules as processes or containers. */
export interface Simulator extends AsyncDisposable {
  readonly deployment: Deployment;
  readonly hub: HubServer;
  readonly agent: Agent;
  readonly address: HubAddress;
  /** For people: where the modules run. */
  readonly machine: string;
  /** How modules reach a server of this process. */
  readonly reach: Reach;
  /** The CA that modules run by hand must trust (`EdgeModuleCACertificateFile`). */
  readonly caFile: string;
  /** aziot-edged's management socket. */
  readonly managementSocket: string;
  /** The shared volume of artifacts and DeepStream, where it lies here. Of a container engine's own volume root alone may read it. */
  readonly volume: string;
  /** Reads a file of that volume by its path in it, whoever may read the volume itself; links are followed. */
  readVolume(path: string): Promise<Buffer>;
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
  /** Where modules run: as processes, unless told. */
  readonly machine?: MachineChoice;
  readonly hubPort: number;
  readonly apiPort: number;
  /** Variables for modules that are no code of ours, by which the DeepStream stand-in is set. */
  readonly standInEnvironment: Readonly<Record<string, string>>;
  /** The file that one of these variables names, where there is one: absolute. */
  readonly standInFile?: string;
  /** edgeAgent waits 10 s before a first restart; a demo may be less patient. */
  readonly backoffUnitMs?: number;
  /** Modules that are not started: somebody runs them by hand. */
  readonly without?: readonly string[];
  readonly log: Logger;
  readonly onOutput?: (module: string, line: string) => void;
  /** Told how the modules' containers differ from a device's, a sentence each. */
  readonly onNote?: (module: string, text: string) => void;
}

/** The device's and the hub's name, as the modules see them. */
const deviceId = 'laptop';
const iotHubHostName = 'simulated.azure-devices.net';

/**
 * Loads the template, finds the machine and opens the hub; `start` then starts the modules. Rejects with a
 * DeploymentError, HubError, AgentError, DockerError or SimulatorError, and leaves nothing running.
 */
export async function openSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { log, root } = options;
  // Mistakes of the deployment come first: they need neither disk nor engine.
  withoutModules(options, undefined);
  await makeRoot(root);
  const unlock = await lockRoot(root);
  const closing: (() => Promise<unknown>)[] = [unlock];
  const close = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (const end of closing.splice(0).reverse()) await end().catch((error: unknown) => failures.push(error));
    // All has been tried; what failed first is why the rest may have.
    if (failures.length > 0) throw failures[0];
  };

  try {
    const machine = await openMachine({
      choice: options.machine ?? { kind: 'processes' },
      environment: options.environment,
      root,
    });
    closing.push(() => machine.close());
    const deployment = withoutModules(options, machine.platform);
    const shared = sharedVolume(deployment);
    // A socket's path may have about 100 bytes, a root any number.
    const socketFolder = await mkdtemp(join(tmpdir(), 'iotedge-'));
    closing.push(() => rm(socketFolder, { recursive: true, force: true }));
    const workloadSocketPath = join(socketFolder, 'workload.sock');
    const managementSocketPath = join(socketFolder, 'mgmt.sock');
    // Who asks for it, may ask before it is there.
    const device: { agent?: Agent } = {};
    const managementSocket = agentFolders(root).hostPath('/var/run/iotedge/mgmt.sock');
    const hub = new HubServer({
      deviceId,
      iotHubHostName,
      workloadSocketPath,
      workloadSocketMode: machine.workloadSocketMode,
      gatewayHostName: machine.gatewayHostName,
      gatewayAddress: machine.reach.listenAddress,
      port: options.hubPort,
      apiPort: options.apiPort,
      log,
      serviceExtension: moduleList(() => device.agent?.modules() ?? []),
    });
    closing.push(() => hub.stop());
    const address = await hub.start();
    const identities = new Map(deployment.modules.map(({ name, desired }) => [name, hub.addModule(name, desired)]));
    hub.setRoutes(deployment.routes, { timeToLiveSecs: deployment.timeToLiveSecs });
    const caFile = join(root, 'ca.pem');
    await writeFile(caFile, address.caCertificatePem);
    const management = new ManagementSocket({
      socketPath: managementSocketPath,
      link: managementSocket,
      agent: () => device.agent,
    });
    await management.open();
    closing.push(() => management.close());
    const ownCode = new Set(deployment.modules.filter(({ source }) => source !== undefined).map(({ name }) => name));

    const engine = machine.createEngine({
      deployment,
      workloadSocketPath,
      managementSocketPath,
      standInFile: options.standInFile,
      onNote: (module, text) => options.onNote?.(module, text),
      moduleEnvironment: (module) => ({
        IOTEDGE_WORKLOADURI: machine.workloadUri(workloadSocketPath),
        IOTEDGE_DEVICEID: deviceId,
        IOTEDGE_MODULEID: module,
        IOTEDGE_IOTHUBHOSTNAME: iotHubHostName,
        IOTEDGE_AUTHSCHEME: 'sasToken',
        IOTEDGE_APIVERSION: '2018-06-28',
        IOTEDGE_GATEWAYHOSTNAME: `${machine.gatewayHostName}:${address.port}`,
        IOTEDGE_MODULEGENERATIONID: identities.get(module)?.generationId ?? '',
        ...(ownCode.has(module) ? {} : options.standInEnvironment),
      }),
    });
    const running = createAgent({
      deployment,
      engine,
      log,
      ...(options.backoffUnitMs === undefined ? {} : { backoffUnitMs: options.backoffUnitMs }),
      ...(options.onOutput === undefined ? {} : { onOutput: options.onOutput }),
    });
    device.agent = running;
    closing.push(() => running.stop());

    return {
      deployment,
      hub,
      agent: running,
      address,
      machine: machine.summary,
      reach: machine.reach,
      caFile,
      managementSocket,
      volume: await engine.volumePath(shared.source),
      readVolume: (path) => engine.readFile(shared.module, `${shared.target}/${path}`),
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

function withoutModules(options: SimulatorOptions, platform: string | undefined): Deployment {
  const loader: DeploymentLoaderOptions = {
    templatePath: options.templatePath,
    environment: options.environment,
    ...(options.envFile === undefined ? {} : { envFile: options.envFile }),
    ...(platform === undefined ? {} : { platform }),
  };
  const deployment = loadDeployment(loader);
  const names = options.without ?? [];
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
