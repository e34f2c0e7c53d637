import { isDeepStrictEqual } from 'node:util';
import type { Message } from 'azure-iot-device';
import { EdgeError } from '../hub/edge-error.ts';
import type { InputMessage, Unsubscribe } from '../hub/hub.ts';

export type InputHandler = (message: InputMessage) => void | Promise<void>;

/** Hands messages to handlers. */
export interface InputDispatch {
  /** Whether any input has a handler. */
  readonly wanted: boolean;
  /** Throws HANDLER_EXISTS for a second handler of one input. */
  add(input: string, handler: InputHandler): Unsubscribe;
  accept(message: InputMessage): void;
  /** A new connection: its first message may be one that came already. */
  reconnected(): void;
  /** Resolves when every accepted message has been handled. */
  idle(): Promise<void>;
}

/** What becomes of a message. */
export type InputResult = 'handled' | 'failed' | 'duplicate' | 'unwanted';

/**
 * One message at a time, in order of arrival over all inputs; a handler's promise holds back the next message. The hub
 * knows nothing of that: mqtt.js has acknowledged by then.
 */
export function createInputDispatch(options: {
  readonly onResult: (result: InputResult, input: string, error?: unknown) => void;
}): InputDispatch {
  const handlers = new Map<string, InputHandler>();
  let waiting: InputMessage[] = [];
  let busy: Promise<void> | undefined;
  let last: InputMessage | undefined;
  let suspicious = false;

  function handle(message: InputMessage): void | Promise<void> {
    const handler = handlers.get(message.input);
    if (handler === undefined) {
      options.onResult('unwanted', message.input);
      return;
    }
    const failed = (error: unknown): void => options.onResult('failed', message.input, error);
    const handled = (): void => options.onResult('handled', message.input);
    try {
      const result = handler(message);
      if (result instanceof Promise) return result.then(handled, failed);
      handled();
    } catch (error) {
      failed(error);
    }
  }

  async function drain(first: Promise<void>): Promise<void> {
    await first;
    while (waiting.length > 0) {
      const batch = waiting;
      waiting = [];
      for (const message of batch) await handle(message);
    }
  }

  return {
    get wanted() {
      return handlers.size > 0;
    },
    add(input, handler) {
      if (handlers.has(input)) {
        throw new EdgeError('HANDLER_EXISTS', `input ${input} has a handler already`, { facts: { input } });
      }
      handlers.set(input, handler);
      return () => {
        if (handlers.get(input) === handler) handlers.delete(input);
      };
    },
    accept(message) {
      // The hub sends one message at a time and repeats it after a reconnect where our acknowledgement got lost: it can
      // only be the last one, and then it is the same to the last byte.
      const repeated = suspicious && isDeepStrictEqual(message, last);
      suspicious = false;
      last = message;
      if (repeated) {
        options.onResult('duplicate', message.input);
        return;
      }
      if (busy !== undefined) {
        waiting.push(message);
        return;
      }
      // Handlers that return nothing cost no promise: there may be thousands of messages a second.
      const result = handle(message);
      if (result instanceof Promise) {
        busy = drain(result).finally(() => {
          busy = undefined;
        });
      }
    },
    reconnected() {
      suspicious = last !== undefined;
    },
    async idle() {
      await busy;
    },
  };
}

/** Takes a message out of the SDK's clothes. Keys with `$.` are the hub's own (which device and module sent it). */
export function toInputMessage(input: string, message: Message): InputMessage {
  const properties: Record<string, string> = {};
  for (const { key, value } of message.properties.propertyList as readonly { key: string; value: string }[]) {
    if (!key.startsWith('$.')) properties[key] = value;
  }
  return {
    input,
    body: message.data as Uint8Array,
    properties,
    contentType: message.contentType,
    contentEncoding: message.contentEncoding,
  };
}
