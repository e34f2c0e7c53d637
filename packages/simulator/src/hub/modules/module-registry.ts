import type { Clock } from '@companion/foundation';
import type { EventSource } from '../../events/event-source.ts';
import type { HubEvent } from '../contract/contract.ts';
import { HubError } from '../contract/hub-error.ts';
import { ModuleRecord } from './module-record.ts';

export interface ModuleRegistryOptions {
  readonly clock: Clock;
  readonly randomBytes: (size: number) => Buffer;
  readonly ackTimeoutMs: number;
  readonly queueLimitBytes: number;
  readonly events: EventSource<HubEvent>;
}

/** Names that are safe as a level of a topic and of a path; the two system modules have twins as well. */
const moduleName = /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,127}|\$edgeAgent|\$edgeHub)$/u;

/** The modules that the hub knows. */
export class ModuleRegistry {
  readonly #options: ModuleRegistryOptions;
  readonly #records = new Map<string, ModuleRecord>();

  constructor(options: ModuleRegistryOptions) {
    this.#options = options;
  }

  find(name: string): ModuleRecord | undefined {
    return this.#records.get(name);
  }

  /** Throws MODULE_UNKNOWN. */
  get(name: string): ModuleRecord {
    const record = this.#records.get(name);
    if (record === undefined) {
      throw new HubError('MODULE_UNKNOWN', `there is no module ${name}`, { facts: { module: name } });
    }
    return record;
  }

  /** In the order in which they were added. */
  all(): readonly ModuleRecord[] {
    return [...this.#records.values()];
  }

  /** Throws MODULE_NAME_INVALID or MODULE_EXISTS for a name that can't be added. */
  requireFree(name: string): void {
    const facts = { module: name };
    if (!moduleName.test(name)) {
      throw new HubError('MODULE_NAME_INVALID', `${JSON.stringify(name)} is no name for a module`, { facts });
    }
    if (this.#records.has(name)) {
      throw new HubError('MODULE_EXISTS', `there is a module ${name} already`, { facts });
    }
  }

  /** Adds a module with a fresh key and a fresh generation. Throws as `requireFree`. */
  add(moduleId: string): ModuleRecord {
    this.requireFree(moduleId);
    const { randomBytes, ...options } = this.#options;
    const record = new ModuleRecord({
      ...options,
      moduleId,
      // IoT Hub's look: digits of a time stamp.
      generationId: String(randomBytes(6).readUIntBE(0, 6)).padStart(18, '6'),
      key: randomBytes(32),
    });
    this.#records.set(moduleId, record);
    return record;
  }

  /** Ends its connection and forgets its key and queue. Throws MODULE_UNKNOWN. */
  remove(name: string): void {
    const record = this.get(name);
    record.forget();
    record.session.client?.close();
    this.#records.delete(name);
  }
}
