import { isDeepStrictEqual } from 'node:util';
import { wellFormed } from '@companion/foundation';
import type { Message } from 'azure-iot-device';
import { EdgeError } from '../hub/edge-error.ts';
import type { InputMessage, Unsubscribe } from '../hub/hub.ts';
import type { Log } from '../telemetry/log.ts';
import type { HubMetrics } from './hub-metrics.ts';

export type InputHandler = (message: InputMessage) => void | Promise<void>;

/**
 * Hands messages to handlers, one at a time, in order of arrival over all inputs; a handler's promise holds back the next
 * message. The hub knows nothing of that: mqtt.js has acknowledged by then.
 */
export class InputDispatch {
  readonly #log: Log;
  readonly #metrics: Pick<HubMetrics, 'input'>;
  readonly #handlers = new Map<string, InputHandler>();
  /** Came while a handler was busy, in order. */
  #waiting: InputMessage[] = [];
  /** Settles when the busy handler and all that waits are done; undefined while none is busy. */
  #busy: Promise<void> | undefined;
  #last: InputMessage | undefined;
  /** Whether the next message may be one that came already. */
  #suspicious = false;

  constructor(options: { readonly log: Log; readonly metrics: Pick<HubMetrics, 'input'> }) {
    this.#log = options.log;
    this.#metrics = options.metrics;
  }

  /** Whether any input has a handler. */
  get wanted(): boolean {
    return this.#handlers.size > 0;
  }

  /** Throws HANDLER_EXISTS for a second handler of one input. */
  add(input: string, handler: InputHandler): Unsubscribe {
    if (this.#handlers.has(input)) {
      throw new EdgeError('HANDLER_EXISTS', `input ${input} has a handler already`, { facts: { input } });
    }
    this.#handlers.set(input, handler);
    return () => {
      if (this.#handlers.get(input) === handler) this.#handlers.delete(input);
    };
  }

  accept(message: InputMessage): void {
    // The hub sends one message at a time and repeats it after a reconnect where our acknowledgement got lost: it can
    // only be the last one, and then it is the same to the last byte.
    const repeated = this.#suspicious && isDeepStrictEqual(message, this.#last);
    this.#suspicious = false;
    this.#last = message;
    if (repeated) {
      this.#metrics.input(message.input, 'duplicate');
      return;
    }
    if (this.#busy !== undefined) {
      this.#waiting.push(message);
      return;
    }
    // Handlers that return nothing cost no promise: there may be thousands of messages a second.
    const result = this.#handle(message);
    if (result instanceof Promise) {
      this.#busy = this.#drain(result).finally(() => {
        this.#busy = undefined;
      });
    }
  }

  /** A new connection: its first message may be one that came already. */
  reconnected(): void {
    this.#suspicious = this.#last !== undefined;
  }

  /** Resolves when every accepted message has been handled. */
  async idle(): Promise<void> {
    await this.#busy;
  }

  #handle(message: InputMessage): void | Promise<void> {
    const { input } = message;
    const handler = this.#handlers.get(input);
    if (handler === undefined) {
      this.#metrics.input(input, 'unwanted');
      return;
    }
    const handled = (): void => this.#metrics.input(input, 'handled');
    const failed = (error: unknown): void => {
      this.#metrics.input(input, 'failed');
      this.#log.error({ input, err: error }, 'input handler failed; the message counts as delivered');
    };
    try {
      const result = handler(message);
      if (result instanceof Promise) return result.then(handled, failed);
      handled();
    } catch (error) {
      failed(error);
    }
  }

  async #drain(first: Promise<void>): Promise<void> {
    await first;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      for (const message of batch) await this.#handle(message);
    }
  }
}

/** Takes a message out of the SDK's clothes. Keys with `$.` are the hub's own (which device and module sent it). */
export function toInputMessage(input: string, message: Message): InputMessage {
  const properties: Record<string, string> = {};
  for (const { key, value } of message.properties.propertyList as readonly { key: string; value: string }[]) {
    if (!key.startsWith('$.')) properties[wellFormed(key)] = wellFormed(value);
  }
  return {
    input,
    body: message.data as Uint8Array,
    properties,
    contentType: message.contentType,
    contentEncoding: message.contentEncoding,
  };
}
