import type { Clock } from '@companion/foundation';
import type { EventSource } from '../../events/event-source.ts';
import type { DropReason, HubEvent, ModuleStats } from '../contract/contract.ts';
import { DeliveryQueue, type QueuedMessage, type Receiver } from '../delivery/delivery-queue.ts';
import { ModuleSession } from './module-session.ts';

export interface ModuleRecordOptions {
  readonly moduleId: string;
  readonly generationId: string;
  /** 32 bytes. */
  readonly key: Buffer;
  readonly clock: Clock;
  readonly ackTimeoutMs: number;
  readonly queueLimitBytes: number;
  readonly events: EventSource<HubEvent>;
}

/** Everything the hub holds of one module, but its twin. */
export class ModuleRecord implements Receiver {
  readonly moduleId: string;
  readonly generationId: string;
  readonly key: Buffer;
  readonly session = new ModuleSession();
  readonly queue: DeliveryQueue;
  readonly #events: EventSource<HubEvent>;
  readonly #counters = { published: 0, delivered: 0, redelivered: 0 };
  readonly #dropped: Record<DropReason, number> = {
    'no-route': 0,
    'too-large': 0,
    expired: 0,
    'module-removed': 0,
    undeliverable: 0,
  };

  constructor({ moduleId, generationId, key, events, queueLimitBytes, ...options }: ModuleRecordOptions) {
    this.moduleId = moduleId;
    this.generationId = generationId;
    this.key = key;
    this.#events = events;
    this.queue = new DeliveryQueue({ ...options, limitBytes: queueLimitBytes, receiver: this });
  }

  /** A message of the module's own came in. */
  published(): void {
    this.#counters.published += 1;
  }

  /** A message of the module's own, or for it, goes nowhere. */
  drop(reason: DropReason): void {
    this.#dropped[reason] += 1;
    this.#events.emit({ type: 'message-dropped', module: this.moduleId, reason });
  }

  /** Empties the queue of a module that is being removed. */
  forget(): void {
    this.#dropped['module-removed'] += this.queue.clear();
  }

  send({ topic, body, input }: QueuedMessage, attempt: number): void {
    if (attempt > 1) {
      this.#counters.redelivered += 1;
      this.#events.emit({ type: 'message-redelivered', module: this.moduleId, input, attempt });
    }
    const qos = this.session.grantedQos('inputs') === 0 ? 0 : 1;
    const dup = attempt > 1 && qos > 0;
    const packet = { cmd: 'publish', topic, payload: body, qos, dup, retain: false } as const;
    this.session.client?.publish(packet, (error) => {
      // Without acknowledgements, written is delivered.
      if (qos === 0 && !error) this.queue.acknowledged();
    });
  }

  delivered(): void {
    this.#counters.delivered += 1;
  }

  expired(): void {
    this.drop('expired');
  }

  stats(): ModuleStats {
    return {
      connected: this.session.client !== undefined,
      queueDepth: this.queue.depth(),
      ...this.#counters,
      dropped: { ...this.#dropped },
    };
  }
}
