import { isJsonObject, parseJson, type JsonObject } from '@companion/foundation';
import type { Simulator } from '../device/simulator.ts';

/** What can be seen of a simulated device from outside of its modules. */
export class DeviceState {
  readonly #simulator: Simulator;

  constructor(simulator: Simulator) {
    this.#simulator = simulator;
  }

  /** A file of the shared volume; "" for one that is not there. */
  async read(path: string): Promise<string> {
    return this.#simulator.readVolume(path).then(String, () => '');
  }

  reported(module: string): JsonObject {
    return this.#simulator.hub.twins.get(module).properties.reported;
  }

  /** Modules that shall connect by themselves; DeepStream's does so only once a release makes it run. */
  ownModules(): readonly string[] {
    const { hub, deployment } = this.#simulator;
    const own = deployment.modules.filter(({ source, status }) => source !== undefined && status === 'running');
    return Object.keys(hub.stats().modules).filter((name) => own.some((module) => module.name === name));
  }

  isConnected(module: string): boolean {
    return this.#simulator.hub.stats().modules[module]?.connected === true;
  }

  /** The release, if the link, the supervisor and the module's report all name the same one and it counts as running. */
  async runningRelease(): Promise<string | undefined> {
    const { release } = this.reported('artifacts');
    if (!isJsonObject(release)) return undefined;
    const { id, state } = release;
    if (typeof id !== 'string' || state !== 'running') return undefined;
    const published = parseJson(await this.read('current/release.json'));
    const status = await this.read('supervisor.status');
    const runs = status.includes(`\nrelease=${id}\n`) && status.startsWith('state=running\n');
    return isJsonObject(published) && published['id'] === id && runs ? id : undefined;
  }

  /** How often the supervisor has started DeepStream, and which supervisor it was. */
  async starts(): Promise<string> {
    const status = await this.read('supervisor.status');
    return status
      .split('\n')
      .filter((line) => /^(starts|supervisor)=/.test(line))
      .join(' ');
  }
}
