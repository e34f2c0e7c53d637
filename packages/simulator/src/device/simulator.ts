import type { Deployment } from '@companion/deployment';

import type { Agent, Engine } from '../agent/index.ts';
import type { HubAddress, HubServer, ModuleIdentity } from '../hub/index.ts';
import type { Closing } from './closing.ts';
import type { Machine, Reach } from './machine.ts';
import type { SharedVolume } from './shared-volume.ts';

/** What a simulator is made of, all of it open. */
export interface SimulatorParts {
  readonly deployment: Deployment;
  readonly machine: Machine;
  readonly engine: Engine;
  readonly hub: HubServer;
  readonly address: HubAddress;
  readonly agent: Agent;
  /** By module. */
  readonly identities: ReadonlyMap<string, ModuleIdentity>;
  readonly caFile: string;
  readonly managementSocket: string;
  readonly sharedVolume: SharedVolume;
  readonly volume: string;
  readonly closing: Closing;
}

/** An IoT Edge device: hub, workload, management and service API in this process, and the deployment's modules as processes or containers. */
export class Simulator implements AsyncDisposable {
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
  readonly #parts: SimulatorParts;

  constructor(parts: SimulatorParts) {
    this.deployment = parts.deployment;
    this.hub = parts.hub;
    this.agent = parts.agent;
    this.address = parts.address;
    this.machine = parts.machine.summary;
    this.reach = parts.machine.reach;
    this.caFile = parts.caFile;
    this.managementSocket = parts.managementSocket;
    this.volume = parts.volume;
    this.#parts = parts;
  }

  start(): Promise<void> {
    return this.agent.start();
  }

  /** Ends modules, sockets and servers. May be called twice. */
  stop(): Promise<void> {
    return this.#parts.closing.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Reads a file of the shared volume by its path in it, whoever may read the volume itself; links are followed. */
  readVolume(path: string): Promise<Buffer> {
    const { engine, sharedVolume } = this.#parts;
    return engine.readFile(sharedVolume.module, `${sharedVolume.target}/${path}`);
  }

  /** Connection string of a module that somebody wants to run by hand; empty for a name that is no module. */
  connectionString(module: string): string {
    return this.#parts.identities.get(module)?.connectionString ?? '';
  }

  /** The text of a module's `/metrics`; empty where it does not answer. */
  async metricsOf(module: string): Promise<string> {
    const url = this.agent.modules().find(({ name }) => name === module)?.metricsUrl;
    if (url === undefined) return '';
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
      return await response.text();
    } catch {
      // It is just starting or just ending; whoever asks will ask again.
      return '';
    }
  }
}
