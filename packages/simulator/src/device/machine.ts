import { join } from 'node:path';

import type { Deployment } from '@companion/deployment';
import { agentFolders, createDockerEngine, createProcessEngine, gatewayName, openDockerHost } from '../agent/index.ts';
import type { ContainerMount, Engine } from '../agent/index.ts';
import { standInImage } from './stand-in-image.ts';

/** How modules reach a server of this process. */
export interface Reach {
  /** Where it has to listen. */
  readonly listenAddress: string;
  /** This machine's name or address, as they know it. */
  readonly name: string;
}

/** For modules that are processes of this machine. */
export const loopback: Reach = { listenAddress: '127.0.0.1', name: '127.0.0.1' };

/** Where the device's modules are to run. */
export type MachineChoice =
  | { readonly kind: 'processes' }
  | {
      readonly kind: 'docker';
      /** Before the modules' names in the containers'; edgeAgent has none. */
      readonly containerPrefix?: string;
      /** Whether named volumes stay when the simulator ends. */
      readonly volumes: 'keep' | 'remove';
      /** What the engine is asked for otherwise. */
      readonly network?: 'bridge' | 'host';
      /**
       * Whether a module that binds Docker's socket gets this machine's, by default only without a prefix: with one, a
       * module that restarts another by its name on a device would reach this machine's own container of that name.
       */
      readonly engineSocket?: 'give' | 'withhold';
    };

/** What the modules share with the simulator. */
export interface MachineParts {
  readonly deployment: Deployment;
  readonly workloadSocketPath: string;
  readonly managementSocketPath: string;
  readonly moduleEnvironment: (module: string) => Readonly<Record<string, string>>;
  /** A file that DeepStream's stand-in reads, or undefined. */
  readonly standInFile: string | undefined;
  readonly onNote: (module: string, text: string) => void;
}

/** Where modules run, found and looked at, with nothing running yet. */
export interface Machine {
  /** For people: what was found and chosen. */
  readonly summary: string;
  readonly reach: Reach;
  /** The name by which modules call edgeHub. */
  readonly gatewayHostName: string;
  /** The platform of the modules' images; undefined: the tools' own choice. */
  readonly platform: string | undefined;
  /** The mode that lets the modules use the workload socket. */
  readonly workloadSocketMode: number;
  /** `IOTEDGE_WORKLOADURI` for modules, when the socket lies at `socketPath` here. */
  workloadUri(socketPath: string): string;
  createEngine(parts: MachineParts): Engine;
  /** Takes away what was made before the engine, when that is closed. */
  close(): Promise<void>;
}

interface MachineOptions {
  readonly choice: MachineChoice;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** An existing folder. */
  readonly root: string;
}

/** The module that DeepStream runs in, by the name its marketplace offer gives it. */
export const deepstreamModule = 'NVIDIADeepStreamSDK';
/** Where a device has the sockets of its daemons, in its modules too. */
const deviceSockets = {
  workload: '/var/run/iotedge/workload.sock',
  management: '/var/run/iotedge/mgmt.sock',
  docker: '/var/run/docker.sock',
} as const;

/** Finds what the modules are to run on. Rejects with a `DockerError` where there is no engine. */
export async function openMachine(options: MachineOptions): Promise<Machine> {
  return options.choice.kind === 'docker' ? openDocker(options, options.choice) : processMachine(options);
}

function processMachine({ environment, root }: MachineOptions): Machine {
  return {
    summary: 'modules run as processes',
    reach: loopback,
    gatewayHostName: 'localhost',
    platform: undefined,
    workloadSocketMode: 0o600,
    workloadUri: (socketPath) => `unix://${socketPath}`,
    close: () => Promise.resolve(),
    createEngine: ({ moduleEnvironment }) =>
      createProcessEngine({
        root,
        environment,
        moduleEnvironment,
        standIns: { 'deepstream-test5-app': standInCommand() },
      }),
  };
}

async function openDocker(
  { environment, root }: MachineOptions,
  choice: MachineChoice & { readonly kind: 'docker' },
): Promise<Machine> {
  const host = await openDockerHost({
    environment,
    root,
    ...(choice.network === undefined ? {} : { network: choice.network }),
  });
  const { network, socketPath, client, id, run } = host;
  const containerPrefix = choice.containerPrefix ?? '';
  const engineSocket = choice.engineSocket ?? (containerPrefix === '' ? 'give' : 'withhold');
  const bridged = network.kind === 'bridge';
  return {
    summary: `modules run in containers of Docker ${host.version}, ${bridged ? `on the bridge network ${network.name}` : "on this machine's network: the engine has no bridge"}`,
    reach: bridged ? { listenAddress: network.listenAddress, name: gatewayName } : loopback,
    gatewayHostName: bridged ? gatewayName : 'localhost',
    platform: host.platform,
    // The socket lies in a folder that nobody else can enter; containers see the socket alone, whoever they run as.
    workloadSocketMode: 0o666,
    workloadUri: () => `unix://${deviceSockets.workload}`,
    close: () => host.close(),
    createEngine(parts) {
      const { deployment, standInFile } = parts;
      const standIn = standInImage(deployment);
      const workload = { Source: parts.workloadSocketPath, Target: deviceSockets.workload, ReadOnly: false };
      return createDockerEngine({
        client,
        socketPath,
        id,
        run,
        network,
        containerPrefix,
        volumes: choice.volumes,
        images: new Map(standIn === undefined ? [] : [[deepstreamModule, standIn]]),
        moduleEnvironment: parts.moduleEnvironment,
        hostPath: agentFolders(root).hostPath,
        given: new Map([
          [deviceSockets.management, parts.managementSocketPath],
          ...(engineSocket === 'give' ? [[deviceSockets.docker, socketPath] as const] : []),
        ]),
        withheld: new Map(
          engineSocket === 'give'
            ? []
            : [
                [
                  deviceSockets.docker,
                  `containers are called ${containerPrefix}…, and their names without it are not ours`,
                ],
              ],
        ),
        mounts: (module): ContainerMount[] =>
          module === deepstreamModule && standInFile !== undefined
            ? [workload, { Source: standInFile, Target: standInFile, ReadOnly: true }]
            : [workload],
        onNote: parts.onNote,
      });
    },
  };
}

function standInCommand(): string[] {
  const main = join(import.meta.dirname, '../deepstream/main.ts');
  return [process.execPath, '--import', import.meta.resolve('tsx'), main];
}
