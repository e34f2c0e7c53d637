import type { EventEmitter } from 'node:events';
import type { DeviceClientOptions, DeviceMethodResponse, Message } from 'azure-iot-device';
// The SDK is CommonJS that Node's lexer can't read: `import { Mqtt }` type-checks and then crashes at start.
import mqttSdk from 'azure-iot-device-mqtt';
import type { MethodResult } from '../hub/hub.ts';

/** What the SDK makes of a direct method call. */
interface MethodCall {
  readonly requestId: string;
  readonly methods: { readonly methodName: string };
  /** JSON, or empty. */
  readonly body?: Uint8Array;
}

/** Gives tokens; its type is in a package that the SDK does not hand on. */
type AuthenticationProvider = ConstructorParameters<typeof mqttSdk.Mqtt>[0];

/** What comes from the hub without being asked for. */
export type TransportEvent =
  | { readonly kind: 'input'; readonly input: string; readonly message: Message }
  /** The desired properties changed; the SDK's patch is not looked at beyond its version. */
  | { readonly kind: 'desired'; readonly version: number | undefined }
  /** A direct method was called; whether anybody handles it is not the transport's to know. */
  | {
      readonly kind: 'method';
      readonly name: string;
      readonly body: Uint8Array | undefined;
      readonly answer: (result: MethodResult) => void;
    }
  /** Something broke that the SDK would have let kill the process: a malformed topic, bad JSON, a token that can't be renewed. */
  | { readonly kind: 'fault'; readonly where: 'message' | 'token'; readonly error: unknown };

/** Takes the events; must not throw. */
export type OnTransportEvent = (event: TransportEvent) => void;

/** What the SDK keeps to itself and this file reaches for; read in azure-iot-device-mqtt 1.16.4, whose version is pinned. Each is optional: a guard that finds nothing does nothing. */
interface Internals {
  _firstConnection?: boolean;
  _mqtt?: EventEmitter & { _mqttClient?: { end?(force: boolean): void; stream?: { destroy?(): void } } };
}

const twinResponse = /^\$iothub\/twin\/res\/(\d{3})\//;

/** The class that `ModuleClient.fromEnvironment` shall make its transport of; `created` gets the one instance. */
export function guardedTransport(onEvent: OnTransportEvent, created: (transport: GuardedTransport) => void) {
  return class extends GuardedTransport {
    constructor(authentication: AuthenticationProvider) {
      super(authentication, onEvent);
      created(this);
    }
  };
}

/** The SDK's MQTT transport with a guard at each place where it forgets, mislabels or throws. */
export class GuardedTransport extends mqttSdk.Mqtt {
  /** The status of the twin response that is being handed over; the SDK ignores it. Only valid inside the callback of a twin request. */
  twinStatus: number | undefined;
  readonly #onEvent: OnTransportEvent;
  /** All that was set so far: the SDK replaces its options as a whole. */
  #options: DeviceClientOptions = {};

  constructor(authentication: AuthenticationProvider, onEvent: OnTransportEvent) {
    super(authentication);
    this.#onEvent = onEvent;
    const internals = this as unknown as Internals;

    // A transport that never connected calls every failure "Not authorized" and drops its cause. Ours lives for one
    // connection, so every failure would be called so.
    internals._firstConnection = false;

    // The provider emits 'error' when the workload API can't sign a new token; without a listener that ends the process.
    (authentication as AuthenticationProvider & Partial<EventEmitter>).on?.('error', (error: unknown) => {
      onEvent({ kind: 'fault', where: 'token', error });
    });

    this.on('inputMessage', (input: string, message: Message) => {
      onEvent({ kind: 'input', input, message });
    });
    this.on('twinDesiredPropertiesUpdate', (patch: { readonly $version?: unknown } | null) => {
      const version = patch?.$version;
      onEvent({ kind: 'desired', version: typeof version === 'number' ? version : undefined });
    });
    this.#guardMessages(internals._mqtt);
  }

  /**
   * Every message passes `emit('message')` of the SDK's MQTT base on a tick of its own, where an exception is nobody's:
   * a property with a lone `%`, a desired patch or a twin that is no JSON would end the process. The topic of a twin
   * response also holds the status that the SDK throws away; its callback runs inside this very emit.
   */
  #guardMessages(base: Internals['_mqtt']): void {
    if (base === undefined) return;
    const emit = base.emit.bind(base);
    base.emit = (event: string | symbol, ...args: unknown[]): boolean => {
      if (event !== 'message') return emit(event, ...args);
      const status = twinResponse.exec(String(args[0]))?.[1];
      this.twinStatus = status === undefined ? undefined : Number(status);
      try {
        return emit(event, ...args);
      } catch (error) {
        this.#onEvent({ kind: 'fault', where: 'message', error });
        return true;
      } finally {
        this.twinStatus = undefined;
      }
    };
  }

  /** The SDK emits `method_<name>` and leaves a call that nobody listens to without an answer: the caller waits for its timeout. */
  override emit(event: string | symbol, ...args: unknown[]): boolean {
    if (typeof event === 'string' && event.startsWith('method_')) {
      const call = args[0] as MethodCall;
      const answer = (result: MethodResult): void => this.#answer(call.requestId, result);
      this.#onEvent({ kind: 'method', name: call.methods.methodName, body: call.body, answer });
      return true;
    }
    return super.emit(event, ...args);
  }

  #answer(requestId: string, { status, payload }: MethodResult): void {
    // What the SDK's own response object would hand over.
    const response = { requestId, status, payload } as unknown as DeviceMethodResponse;
    this.sendMethodResponse(response, (error) => {
      if (error) this.#onEvent({ kind: 'fault', where: 'message', error });
    });
  }

  /** The SDK replaces all options, `ca` among them, which fromEnvironment has set before: keep what was there. */
  override setOptions(options: DeviceClientOptions, done?: (error?: Error, result?: unknown) => void): void {
    this.#options = { ...this.#options, ...options };
    super.setOptions(this.#options, done);
  }

  /** Ends the TCP connection at once, in whatever state the SDK is; its own `disconnect` can wait for ever for a hub that does not answer. */
  destroy(): void {
    // A connect that is still under way must not succeed later and push out the connection that replaced it (same client id).
    this.on('connected', () => {
      this.disconnect(() => undefined);
    });
    const client = (this as unknown as Internals)._mqtt?._mqttClient;
    client?.end?.(true);
    // An `end` that waits for acknowledgements makes a second, forced one do nothing.
    client?.stream?.destroy?.();
  }
}
