import type { Deployment } from '@companion/deployment';
import type { Engine } from '../agent/index.ts';

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
export type MachineChoice = { readonly kind: 'processes' } | DockerChoice;

/** In containers of this machine's Docker engine. */
export interface DockerChoice {
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
}

/** What the modules share with the simulator. */
export interface MachineParts {
  readonly deployment: Deployment;
  readonly workloadSocketPath: string;
  readonly managementSocketPath: string;
  readonly moduleEnvironment: (module: string) => Readonly<Record<string, string>>;
  /** A file that DeepStream's stand-in reads, or undefined. */
  readonly standInFile: string | undefined;
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

export interface MachineOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** An existing folder. */
  readonly root: string;
}

/** The module that DeepStream runs in, by the name its marketplace offer gives it. */
export const deepstreamModule = 'NVIDIADeepStreamSDK';
