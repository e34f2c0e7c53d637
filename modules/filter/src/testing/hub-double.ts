import type { ConnectionState, DesiredDocument, Hub, InputMessage, MethodResult, OutputMessage } from '@companion/edge';
import type { JsonObject, JsonValue } from '@companion/foundation';

/** A double of the hub that records what it is given, for tests of the wiring alone; tests of the hub's own behaviour use the real one. */
export interface HubDouble extends Hub {
  connection: ConnectionState;
  reported: JsonObject | undefined;
  /** On output `events`. */
  readonly sent: OutputMessage[];
  readonly snapshots: OutputMessage[];
  readonly reports: JsonObject[];
  /** Decides what happens to a message; without it all are acknowledged. */
  onSend: ((message: OutputMessage) => Promise<void>) | undefined;
  onReport: ((patch: JsonObject) => Promise<void>) | undefined;
  desire(document: DesiredDocument): void;
  /** Changes the connection and tells the listeners. */
  connect(state: ConnectionState): void;
  deliver(input: string, body: string | Uint8Array): void;
  call(method: string, payload: JsonValue): Promise<MethodResult>;
}

/** Makes a double that is connected and has empty reported properties. */
export function createHubDouble(): HubDouble {
  const desiredListeners = new Set<(document: DesiredDocument) => void>();
  const connectionListeners = new Set<(state: ConnectionState) => void>();
  const inputs = new Map<string, (message: InputMessage) => void | Promise<void>>();
  const methods = new Map<string, (payload: JsonValue) => MethodResult | Promise<MethodResult>>();
  const hub: HubDouble = {
    connection: 'connected',
    desired: undefined,
    reported: {},
    sent: [],
    snapshots: [],
    reports: [],
    onSend: undefined,
    onReport: undefined,
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
    onConnection(listener) {
      connectionListeners.add(listener);
      return () => connectionListeners.delete(listener);
    },
    onDesired(listener) {
      desiredListeners.add(listener);
      return () => desiredListeners.delete(listener);
    },
    onInput(input, handler) {
      inputs.set(input, handler);
      return () => inputs.delete(input);
    },
    onMethod: (name, handler) => void methods.set(name, handler),
    async report(patch) {
      await hub.onReport?.(patch);
      hub.reports.push(patch);
      hub.reported = merged(hub.reported ?? {}, patch);
    },
    async send(output, message) {
      if (output !== 'events' && output !== 'snapshots') throw new Error(`output ${output}`);
      await hub.onSend?.(message);
      (output === 'events' ? hub.sent : hub.snapshots).push(message);
    },
    desire: (document) => {
      for (const listener of desiredListeners) listener(document);
    },
    connect(state) {
      hub.connection = state;
      for (const listener of connectionListeners) listener(state);
    },
    deliver(input, body) {
      const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : body;
      const message = { input, body: bytes, properties: {}, contentType: undefined, contentEncoding: undefined };
      void inputs.get(input)?.(message);
    },
    async call(method, payload) {
      return (await methods.get(method)?.(payload)) ?? { status: 404, payload: null };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
  return hub;
}

/** A twin's merge: objects by key, null deletes, all else is replaced. */
function merged(held: JsonObject, patch: JsonObject): JsonObject {
  const result: Record<string, JsonValue> = { ...held };
  for (const [key, value] of Object.entries(patch)) {
    const before = result[key];
    if (value === null) Reflect.deleteProperty(result, key);
    else result[key] = isObject(value) ? merged(isObject(before) ? before : {}, value) : value;
  }
  return result;
}

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
