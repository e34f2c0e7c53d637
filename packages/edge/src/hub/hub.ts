import type { JsonObject, JsonValue } from '@companion/foundation';

/** The desired state of a module, whole: never a patch, never merged by the SDK, without `$version` and `$metadata`. */
export interface DesiredDocument {
  /** IoT Hub's `$version`; it grows, and may jump. */
  readonly version: number;
  readonly properties: JsonObject;
  /**
   * The highest version before, where this one is not higher: IoT Hub counts on from an older copy after a fail-over.
   * Documents have it until one is higher.
   */
  readonly wentBackFrom?: number;
}

/** Whether the session with the hub stands. Everything the module reports or sends while it does not stand waits or fails with a typed error. */
export type ConnectionState = 'connected' | 'disconnected';

/** A message that a route delivered to one of the module's inputs. The hub takes it as delivered when the handler's promise settles or earlier. */
export interface InputMessage {
  readonly input: string;
  readonly body: Uint8Array;
  /** User properties. */
  readonly properties: Readonly<Record<string, string>>;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
}

/** A message for one of the module's outputs; at most 256 KiB with its properties. */
export interface OutputMessage {
  readonly body: string | Uint8Array;
  readonly properties?: Readonly<Record<string, string>>;
  /** Routes that look into the body need `application/json` and an encoding. */
  readonly contentType?: string;
  readonly contentEncoding?: string;
  readonly messageId?: string;
}

/** What a direct method answers: an HTTP-like status (200 fine, 4xx the caller's fault, 5xx ours) and a JSON payload. */
export interface MethodResult {
  readonly status: number;
  readonly payload: JsonValue;
}

export type Unsubscribe = () => void;

/**
 * The one door between a module and IoT Edge. It promises what modules need and the Azure SDK does not give:
 * desired state as whole documents in growing versions (see `wentBackFrom`), reports that are known to have arrived, and
 * handlers that survive every reconnect.
 */
export interface Hub extends AsyncDisposable {
  readonly connection: ConnectionState;
  /** The newest desired document, or undefined until the hub has given one. */
  readonly desired: DesiredDocument | undefined;
  /** The reported properties as the hub last gave them (without `$` members), or undefined before the first answer. See `twinPatch`. */
  readonly reported: JsonObject | undefined;

  /** Connects, and keeps trying until it stands or `stop` is called. Rejects with an `EdgeError` only where trying again can't help. */
  start(): Promise<void>;
  /** Leaves in order: waits for what is on its way (bounded), then disconnects. May be called twice. */
  stop(): Promise<void>;

  onConnection(listener: (state: ConnectionState) => void): Unsubscribe;
  /** Calls with the newest document if there is one, then with every newer one. An empty twin is a document too; what it means is the module's to say. */
  onDesired(listener: (document: DesiredDocument) => void): Unsubscribe;
  /** One handler an input. A handler that throws is logged and counted; the message counts as delivered. */
  onInput(input: string, handler: (message: InputMessage) => void | Promise<void>): Unsubscribe;
  /** One handler a method. A handler that throws answers 500 with the error's code. */
  onMethod(name: string, handler: (payload: JsonValue) => MethodResult | Promise<MethodResult>): void;

  /**
   * Merges the patch into the reported properties (`null` deletes a key). Patches that wait for a connection are merged
   * into one. Resolves when the hub is known to hold it; rejects with `REPORT_REJECTED` where the hub holds something else.
   */
  report(patch: JsonObject): Promise<void>;
  /** Resolves when the hub has acknowledged the message; rejects with an `EdgeError` otherwise: then it may or may not have arrived. */
  send(output: string, message: OutputMessage): Promise<void>;
}
