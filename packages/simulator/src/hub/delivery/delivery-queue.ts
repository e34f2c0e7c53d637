import { Fifo, type Clock } from '@companion/foundation';
import { stepDelivery, type DeliveryEffect, type DeliveryInput, type DeliveryState } from './delivery.ts';

/** One message on its way to one input. */
export interface QueuedMessage {
  readonly input: string;
  readonly topic: string;
  readonly body: Buffer;
  /** Lower goes first. */
  readonly priority: number;
  /** Milliseconds since 1970; from then on it is dropped rather than sent. */
  readonly expiresAtMs: number;
}

/** The module at the other end of a queue. */
export interface Receiver {
  /** Hands the message to the connection; the acknowledgement comes through the queue's `acknowledged`. */
  send(message: QueuedMessage, attempt: number): void;
  /** The message that was sent last is acknowledged. */
  delivered(): void;
  /** A message was dropped, since its time to live is over. */
  expired(): void;
}

export interface DeliveryQueueOptions {
  readonly clock: Clock;
  readonly ackTimeoutMs: number;
  /** Bytes of bodies and topics that may wait. */
  readonly limitBytes: number;
  readonly receiver: Receiver;
}

/** Messages of one priority. */
interface Lane {
  readonly priority: number;
  readonly messages: Fifo<QueuedMessage>;
}

/**
 * What waits for one module: it keeps its messages over disconnects, and in memory only. Inputs of the machine in
 * delivery.ts come in as methods.
 */
export class DeliveryQueue {
  readonly #options: DeliveryQueueOptions;
  /** By priority, first to go first. */
  #lanes: readonly Lane[] = [];
  /** The message that was sent and is not acknowledged. */
  #held: QueuedMessage | undefined;
  /** Of all messages, the held one included. */
  #bytes = 0;
  #state: DeliveryState = { kind: 'unlinked', attempt: 0 };
  /** Cancels the timer of the state, where it has one. */
  #stopTimer: () => void = () => undefined;

  constructor(options: DeliveryQueueOptions) {
    this.#options = options;
  }

  /** False where the queue is full; then nothing was stored. */
  offer(message: QueuedMessage): boolean {
    const bytes = this.#bytes + sizeOf(message);
    if (bytes > this.#options.limitBytes) return false;
    this.#bytes = bytes;
    this.#laneOf(message.priority).messages.push(message);
    this.#handle('offered');
    return true;
  }

  /** The module is connected and listens to its inputs. May come more than once. */
  linked(): void {
    this.#handle('linked');
  }

  unlinked(): void {
    this.#handle('unlinked');
  }

  acknowledged(): void {
    this.#handle('acknowledged');
  }

  /** Messages that wait, the held one included. */
  depth(): number {
    this.#dropExpired();
    return this.#count();
  }

  /** Forgets everything and gives the number of messages that were left. */
  clear(): number {
    this.#handle('unlinked');
    const left = this.#count();
    this.#lanes = [];
    this.#held = undefined;
    this.#bytes = 0;
    return left;
  }

  #handle(input: DeliveryInput): void {
    this.#dropExpired();
    const context = { held: this.#held !== undefined, waiting: this.#lanes.some(isFilled) };
    const [next, effects] = stepDelivery(this.#state, input, context);
    this.#state = next;
    for (const effect of effects) this.#run(effect);
  }

  #run(effect: DeliveryEffect): void {
    const { clock, ackTimeoutMs, receiver } = this.#options;
    switch (effect.kind) {
      case 'stop-timer':
        this.#stopTimer();
        break;
      case 'settle':
        this.#release();
        receiver.delivered();
        break;
      case 'wait':
        this.#stopTimer = clock.after(effect.delayMs, () => this.#handle('waited'));
        break;
      case 'send':
        this.#held ??= this.#lanes.find(isFilled)?.messages.shift();
        if (this.#held === undefined) return;
        this.#stopTimer = clock.after(ackTimeoutMs, () => this.#handle('timed-out'));
        receiver.send(this.#held, effect.attempt);
        break;
    }
  }

  #dropExpired(): void {
    const { clock, receiver } = this.#options;
    const now = clock.now();
    if (this.#held !== undefined && this.#state.kind !== 'in-flight' && this.#held.expiresAtMs <= now) {
      this.#release();
      receiver.expired();
    }
    for (const { messages } of this.#lanes) {
      for (let first = messages.peek(); first !== undefined && first.expiresAtMs <= now; first = messages.peek()) {
        messages.shift();
        this.#bytes -= sizeOf(first);
        receiver.expired();
      }
    }
  }

  #release(): void {
    if (this.#held !== undefined) this.#bytes -= sizeOf(this.#held);
    this.#held = undefined;
  }

  #laneOf(priority: number): Lane {
    const found = this.#lanes.find((lane) => lane.priority === priority);
    if (found !== undefined) return found;
    const lane = { priority, messages: new Fifo<QueuedMessage>() };
    this.#lanes = [...this.#lanes, lane].sort((left, right) => left.priority - right.priority);
    return lane;
  }

  #count(): number {
    return this.#lanes.reduce((sum, { messages }) => sum + messages.size, this.#held === undefined ? 0 : 1);
  }
}

function isFilled({ messages }: Lane): boolean {
  return messages.size > 0;
}

function sizeOf(message: QueuedMessage): number {
  return message.body.length + message.topic.length;
}
