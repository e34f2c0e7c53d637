import { stepDelivery, type DeliveryEffect, type DeliveryInput, type DeliveryState } from './delivery.ts';
import type { HubClock } from '../contract/clock.ts';

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

/** What waits for one module. Inputs of the machine in rules/delivery.ts come in as methods. */
export interface DeliveryQueue {
  /** False where the queue is full; then nothing was stored. */
  offer(message: QueuedMessage): boolean;
  /** The module is connected and listens to its inputs. May come more than once. */
  linked(): void;
  unlinked(): void;
  acknowledged(): void;
  /** Messages that wait, the held one included. */
  depth(): number;
  /** Forgets everything and gives the number of messages that were left. */
  clear(): number;
}

export interface DeliveryQueueOptions {
  readonly clock: HubClock;
  readonly ackTimeoutMs: number;
  readonly limitBytes: number;
  /** Hands the message to the connection; the acknowledgement comes through `acknowledged`. */
  readonly send: (message: QueuedMessage, attempt: number) => void;
  readonly onDelivered: () => void;
  readonly onExpired: () => void;
}

/** A queue that keeps its messages over disconnects, and in memory only. */
export function createDeliveryQueue(options: DeliveryQueueOptions): DeliveryQueue {
  const { clock } = options;
  /** By priority, first to go first. */
  let lanes: Lane[] = [];
  let held: QueuedMessage | undefined;
  let bytes = 0;
  let state: DeliveryState = { kind: 'unlinked', attempt: 0 };
  let stopTimer: () => void = () => undefined;

  function handle(input: DeliveryInput): void {
    dropExpired();
    const [next, effects] = stepDelivery(state, input, { held: held !== undefined, waiting: lanes.some(isFilled) });
    state = next;
    for (const effect of effects) run(effect);
  }

  function run(effect: DeliveryEffect): void {
    switch (effect.kind) {
      case 'stop-timer':
        stopTimer();
        break;
      case 'settle':
        release();
        options.onDelivered();
        break;
      case 'wait':
        stopTimer = clock.after(effect.delayMs, () => handle('waited'));
        break;
      case 'send':
        held ??= takeNext();
        if (held === undefined) return;
        stopTimer = clock.after(options.ackTimeoutMs, () => handle('timed-out'));
        options.send(held, effect.attempt);
        break;
    }
  }

  function dropExpired(): void {
    const now = clock.now();
    if (held !== undefined && state.kind !== 'in-flight' && held.expiresAtMs <= now) {
      release();
      options.onExpired();
    }
    for (const lane of lanes) {
      for (let first = lane.peek(); first !== undefined && first.expiresAtMs <= now; first = lane.peek()) {
        lane.take();
        bytes -= sizeOf(first);
        options.onExpired();
      }
    }
  }

  function takeNext(): QueuedMessage | undefined {
    return lanes.find(isFilled)?.take();
  }

  function release(): void {
    if (held !== undefined) bytes -= sizeOf(held);
    held = undefined;
  }

  function laneOf(priority: number): Lane {
    const found = lanes.find((lane) => lane.priority === priority);
    if (found !== undefined) return found;
    const lane = createLane(priority);
    lanes = [...lanes, lane].sort((left, right) => left.priority - right.priority);
    return lane;
  }

  return {
    offer: (message) => {
      if (bytes + sizeOf(message) > options.limitBytes) return false;
      bytes += sizeOf(message);
      laneOf(message.priority).add(message);
      handle('offered');
      return true;
    },
    linked: () => handle('linked'),
    unlinked: () => handle('unlinked'),
    acknowledged: () => handle('acknowledged'),
    depth: () => {
      dropExpired();
      return lanes.reduce((sum, lane) => sum + lane.size(), held === undefined ? 0 : 1);
    },
    clear: () => {
      handle('unlinked');
      const left = lanes.reduce((sum, lane) => sum + lane.size(), held === undefined ? 0 : 1);
      lanes = [];
      held = undefined;
      bytes = 0;
      return left;
    },
  };
}

function sizeOf(message: QueuedMessage): number {
  return message.body.length + message.topic.length;
}

/** First in, first out, in constant time: `shift` on a long array copies it. */
interface Lane {
  readonly priority: number;
  add(message: QueuedMessage): void;
  peek(): QueuedMessage | undefined;
  take(): QueuedMessage | undefined;
  size(): number;
}

function isFilled(lane: Lane): boolean {
  return lane.size() > 0;
}

function createLane(priority: number): Lane {
  let items: (QueuedMessage | undefined)[] = [];
  let head = 0;
  return {
    priority,
    add: (message) => void items.push(message),
    peek: () => items[head],
    take: () => {
      const first = items[head];
      if (first === undefined) return undefined;
      items[head] = undefined;
      head += 1;
      if (head > 1024 && head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      }
      return first;
    },
    size: () => items.length - head,
  };
}
