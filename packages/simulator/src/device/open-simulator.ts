import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from 'pino';

import type { Deployment } from '@companion/deployment';
import { Agent, agentFolders } from '../agent/index.ts';
import { HubServer } from '../hub/index.ts';
import { Closing } from './closing.ts';
import { openDockerMachine } from './docker-machine.ts';
import { loadModules, type DeploymentChoice } from './load-modules.ts';
import type { Machine, MachineChoice } from './machine.ts';
import { ManagementSocket } from './management-socket.ts';
import { moduleList } from './module-list.ts';
import { ProcessMachine } from './process-machine.ts';
import { lockRoot, makeRoot } from './root.ts';
import { sharedVolume } from './shared-volume.ts';
import { Simulator } from './simulator.ts';

export interface SimulatorOptions extends DeploymentChoice {
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
  readonly log: Logger;
}

/** The device's and the hub's name, as the modules see them. */
const deviceId = 'laptop';
const iotHubHostName = 'simulated.azure-devices.net';

/**
 * Loads the template, finds the machine and opens the hub; `start` then starts the modules. Rejects with a
 * DeploymentError, HubError, AgentError, DockerError or SimulatorError, and leaves nothing running.
 */
export async function openSimulator(options: SimulatorOptions): Promise<Simulator> {
  // Mistakes of the deployment come first: they need neither disk nor engine.
  loadModules(options, undefined);
  await makeRoot(options.root);
  const closing = new Closing();
  closing.add(await lockRoot(options.root));
  try {
    const machine = await openMachine(options);
    closing.add(() => machine.close());
    return await openOn(machine, options, closing);
  } catch (error) {
    await closing.close();
    throw error;
  }
}

function openMachine(options: SimulatorOptions): Machine | Promise<Machine> {
  const { machine } = options;
  return machine?.kind === 'docker' ? openDockerMachine(options, machine) : new ProcessMachine(options);
}

async function openOn(machine: Machine, options: SimulatorOptions, closing: Closing): Promise<Simulator> {
  const { log, root } = options;
  const deployment = loadModules(options, machine.platform);
  const shared = sharedVolume(deployment);
  const sockets = await makeSockets(closing);
  // Who asks for it, may ask before it is there.
  const device: { agent?: Agent } = {};
  const hub = new HubServer({
    deviceId,
    iotHubHostName,
    workloadSocketPath: sockets.workload,
    workloadSocketMode: machine.workloadSocketMode,
    gatewayHostName: machine.gatewayHostName,
    gatewayAddress: machine.reach.listenAddress,
    port: options.hubPort,
    apiPort: options.apiPort,
    log,
    serviceExtension: moduleList(() => device.agent?.modules() ?? []),
  });
  closing.add(() => hub.stop());
  const address = await hub.start();
  const identities = new Map(deployment.modules.map(({ name, desired }) => [name, hub.addModule(name, desired)]));
  hub.setRoutes(deployment.routes, { timeToLiveSecs: deployment.timeToLiveSecs });
  const caFile = join(root, 'ca.pem');
  await writeFile(caFile, address.caCertificatePem);
  const managementSocket = agentFolders(root).hostPath('/var/run/iotedge/mgmt.sock');
  const management = new ManagementSocket({
    socketPath: sockets.management,
    link: managementSocket,
    agent: () => device.agent,
  });
  await management.open();
  closing.add(() => management.close());

  const engine = machine.createEngine({
    deployment,
    workloadSocketPath: sockets.workload,
    managementSocketPath: sockets.management,
    standInFile: options.standInFile,
    moduleEnvironment: (module) => ({
      IOTEDGE_WORKLOADURI: machine.workloadUri(sockets.workload),
      IOTEDGE_DEVICEID: deviceId,
      IOTEDGE_MODULEID: module,
      IOTEDGE_IOTHUBHOSTNAME: iotHubHostName,
      IOTEDGE_AUTHSCHEME: 'sasToken',
      IOTEDGE_APIVERSION: '2018-06-28',
      IOTEDGE_GATEWAYHOSTNAME: `${machine.gatewayHostName}:${address.port}`,
      IOTEDGE_MODULEGENERATIONID: identities.get(module)?.generationId ?? '',
      ...(isOurs(deployment, module) ? {} : options.standInEnvironment),
    }),
  });
  const { backoffUnitMs } = options;
  const agent = new Agent({ deployment, engine, log, ...(backoffUnitMs === undefined ? {} : { backoffUnitMs }) });
  device.agent = agent;
  closing.add(() => agent.stop());
  const volume = await engine.volumePath(shared.source);
  return new Simulator({
    deployment,
    machine,
    engine,
    hub,
    address,
    agent,
    identities,
    caFile,
    managementSocket,
    sharedVolume: shared,
    volume,
    closing,
  });
}

/** A socket's path may have about 100 bytes, a root any number. */
async function makeSockets(closing: Closing): Promise<{ readonly workload: string; readonly management: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'iotedge-'));
  closing.add(() => rm(folder, { recursive: true, force: true }));
  return { workload: join(folder, 'workload.sock'), management: join(folder, 'mgmt.sock') };
}

/** Whether there is code of ours for the module. */
function isOurs({ modules }: Deployment, module: string): boolean {
  return modules.some(({ name, source }) => name === module && source !== undefined);
}
