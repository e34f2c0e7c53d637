import type { ConnectionState, DesiredDocument, Hub, InputMessage, MethodResult, OutputMessage } from '@companion/edge';
import { mergeTwin, type JsonObject, type JsonValue } from '@companion/foundation';

/**
 * A double of the hub that records what it is given, connected and with empty reported properties, for tests of the wiring
 * alone; tests of the hub's own behaviour use the real one.
 */
export class HubDouble implements Hub {
  connection: ConnectionState = 'connected';
  readonly desired = undefined;
  reported: JsonObject | undefined = {};
  /** On output `events`. */
  readonly sent: OutputMessage[] = [];
  readonly snapshots: OutputMessage[] = [];
  readonly reports: JsonObject[] = [];
  /** Decides what happens to a message; without it all are acknowledged. */
  onSend: ((message: OutputMessage) => Promise<void>) | undefined;
  onReport: ((patch: JsonObject) => Promise<void>) | undefined;
  readonly #desiredListeners = new Set<(document: DesiredDocument) => void>();
  readonly #connectionListeners = new Set<(state: ConnectionState) => void>();
  readonly #inputs = new Map<string, (message: InputMessage) => void | Promise<void>>();
  readonly #methods = new Map<string, (payload: JsonValue) => MethodResult | Promise<MethodResult>>();

  start(): Promise<void> {
    return Promise.resolve();
  }

  stop(): Promise<void> {
    return Promise.resolve();
  }

  onConnection(listener: (state: ConnectionState) => void): () => void {
    this.#connectionListeners.add(listener);
    return () => this.#connectionListeners.delete(listener);
  }

  onDesired(listener: (document: DesiredDocument) => void): () => void {
    this.#desiredListeners.add(listener);
    return () => this.#desiredListeners.delete(listener);
  }

  onInput(input: string, handler: (message: InputMessage) => void | Promise<void>): () => void {
    this.#inputs.set(input, handler);
    return () => this.#inputs.delete(input);
  }

  onMethod(name: string, handler: (payload: JsonValue) => MethodResult | Promise<MethodResult>): void {
    this.#methods.set(name, handler);
  }

  async report(patch: JsonObject): Promise<void> {
    await this.onReport?.(patch);
    this.reports.push(patch);
    this.reported = mergeTwin(this.reported ?? {}, patch);
  }

  async send(output: string, message: OutputMessage): Promise<void> {
    if (output !== 'events' && output !== 'snapshots') throw new Error(`output ${output}`);
    await this.onSend?.(message);
    (output === 'events' ? this.sent : this.snapshots).push(message);
  }

  desire(document: DesiredDocument): void {
    for (const listener of this.#desiredListeners) listener(document);
  }

  /** Changes the connection and tells the listeners. */
  connect(state: ConnectionState): void {
    this.connection = state;
    for (const listener of this.#connectionListeners) listener(state);
  }

  deliver(input: string, body: string | Uint8Array): void {
    const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
    const message = { input, body: bytes, properties: {}, contentType: undefined, contentEncoding: undefined };
    void this.#inputs.get(input)?.(message);
  }

  async call(method: string, payload: JsonValue): Promise<MethodResult> {
    return (await this.#methods.get(method)?.(payload)) ?? { status: 404, payload: null };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return Promise.resolve();
  }
}
