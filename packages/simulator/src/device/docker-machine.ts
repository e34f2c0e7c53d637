import {
  agentFolders,
  DockerEngine,
  gatewayName,
  openDockerHost,
  type ContainerMount,
  type Engine,
} from '../agent/index.ts';
import {
  deepstreamModule,
  loopback,
  type DockerChoice,
  type Machine,
  type MachineOptions,
  type MachineParts,
  type Reach,
} from './machine.ts';
import { standInImage } from './stand-in-image.ts';

type DockerHost = Awaited<ReturnType<typeof openDockerHost>>;

/** Where a device has the sockets of its daemons, in its modules too. */
const deviceSockets = {
  workload: '/var/run/iotedge/workload.sock',
  management: '/var/run/iotedge/mgmt.sock',
  docker: '/var/run/docker.sock',
} as const;

/** Finds this machine's Docker engine. Rejects with a `DockerError` where there is none. */
export async function openDockerMachine(options: MachineOptions, choice: DockerChoice): Promise<Machine> {
  const { network } = choice;
  const host = await openDockerHost({ ...options, ...(network === undefined ? {} : { network }) });
  return new DockerMachine(host, options.root, choice);
}

/** Modules in containers of this machine's Docker engine. */
class DockerMachine implements Machine {
  // The socket lies in a folder that nobody else can enter; containers see the socket alone, whoever they run as.
  readonly workloadSocketMode = 0o666;
  readonly #host: DockerHost;
  readonly #root: string;
  readonly #choice: DockerChoice;

  constructor(host: DockerHost, root: string, choice: DockerChoice) {
    this.#host = host;
    this.#root = root;
    this.#choice = choice;
  }

  get summary(): string {
    const { network, version } = this.#host;
    const place =
      network.kind === 'bridge'
        ? `on the bridge network ${network.name}`
        : "on this machine's network: the engine has no bridge";
    return `modules run in containers of Docker ${version}, ${place}`;
  }

  get reach(): Reach {
    const { network } = this.#host;
    return network.kind === 'bridge' ? { listenAddress: network.listenAddress, name: gatewayName } : loopback;
  }

  get gatewayHostName(): string {
    return this.#host.network.kind === 'bridge' ? gatewayName : 'localhost';
  }

  get platform(): string {
    return this.#host.platform;
  }

  workloadUri(): string {
    return `unix://${deviceSockets.workload}`;
  }

  createEngine(parts: MachineParts): Engine {
    const { containerPrefix = '', volumes, engineSocket = containerPrefix === '' ? 'give' : 'withhold' } = this.#choice;
    const { socketPath } = this.#host;
    const standIn = standInImage(parts.deployment);
    const given = engineSocket === 'give';
    const whyWithheld = `containers are called ${containerPrefix}…, and their names without it are not ours`;
    return new DockerEngine({
      ...this.#host,
      containerPrefix,
      volumes,
      images: new Map(standIn === undefined ? [] : [[deepstreamModule, standIn]]),
      moduleEnvironment: parts.moduleEnvironment,
      hostPath: agentFolders(this.#root).hostPath,
      given: new Map([
        [deviceSockets.management, parts.managementSocketPath],
        ...(given ? [[deviceSockets.docker, socketPath] as const] : []),
      ]),
      withheld: new Map(given ? [] : [[deviceSockets.docker, whyWithheld]]),
      mounts: (module) => mountsOf(module, parts),
    });
  }

  close(): Promise<void> {
    return this.#host.close();
  }
}

function mountsOf(module: string, { workloadSocketPath, standInFile }: MachineParts): readonly ContainerMount[] {
  const workload = { Source: workloadSocketPath, Target: deviceSockets.workload, ReadOnly: false };
  if (module !== deepstreamModule || standInFile === undefined) return [workload];
  return [workload, { Source: standInFile, Target: standInFile, ReadOnly: true }];
}
