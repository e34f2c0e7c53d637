import type { HttpBindings } from '@hono/node-server';
import type { Hono } from 'hono';
import type { Logger } from 'pino';
import type { Clock, JsonObject, JsonValue } from '@companion/foundation';

/** What every HTTP handler finds in its context: Node's request and response. */
export interface HttpEnv {
  Bindings: HttpBindings;
}

/** Further resources of the service API. The Host header is checked before them, errors are answered behind them. */
export interface ServiceExtension {
  readonly routes: Hono<HttpEnv>;
  /** One line each for the service API's front page. */
  readonly help: readonly string[];
}

export interface HubServerOptions {
  readonly deviceId: string;
  /** The IoT Hub that tokens are made out to, for example `simulated.azure-devices.net`; nothing ever connects to it. */
  readonly iotHubHostName: string;
  /** Port of the TLS head (MQTT and the modules' HTTPS on one port); 0 or absent: any free one. It stays the same over stop and start. */
  readonly port?: number;
  /** Port of the service API (HTTP on 127.0.0.1); 0 or absent: any free one. It stays the same over stop and start. */
  readonly apiPort?: number;
  /** Where the workload API listens; a stale socket file is replaced. At most about 100 bytes long, a limit of the operating system. */
  readonly workloadSocketPath: string;
  /** Who may use the workload API, as the socket's mode: 0o600 unless told. */
  readonly workloadSocketMode?: number;
  /** A further name that the server certificate shall cover, beside localhost, 127.0.0.1 and ::1. */
  readonly gatewayHostName?: string;
  /** A further address of this machine to listen on with the TLS head, on the same port. */
  readonly gatewayAddress?: string;
  readonly log: Logger;
  /** The machine's own, with timers that do not keep the process alive, unless given. */
  readonly clock?: Clock;
  /** Makes modules' keys and generations; the operating system's random bytes unless given. */
  readonly randomBytes?: (size: number) => Buffer;
  /** How long a module may take to acknowledge a message before it is sent again; default 30000. */
  readonly ackTimeoutMs?: number;
  /** How many messages the upstream feed remembers for `recent` and replays; default 10000. */
  readonly upstreamHistory?: number;
  /** Bytes of bodies one module's queue may hold; more closes the publisher's connection, unacknowledged. Default 256 MiB. */
  readonly queueLimitBytes?: number;
  /** Further resources of the service API, for example `GET /modules`. */
  readonly serviceExtension?: ServiceExtension;
}

/** What a module needs to connect: through the workload API (`generationId`), or directly (`connectionString`). */
export interface ModuleIdentity {
  readonly moduleId: string;
  readonly generationId: string;
  /** Base64, 32 random bytes. */
  readonly primaryKey: string;
  /** With `GatewayHostName=localhost:<port>`. */
  readonly connectionString: string;
}

/** Where the hub listens, after `start`. */
export interface HubAddress {
  readonly port: number;
  readonly apiPort: number;
  /** The PEM of the CA that signed the server's certificate; the same as `GET /trust-bundle` gives. */
  readonly caCertificatePem: string;
}

/** A module twin as IoT Hub's service side gives it; `$version` and `$metadata` stand inside the properties. */
export interface ModuleTwin {
  readonly deviceId: string;
  readonly moduleId: string;
  readonly etag: string;
  readonly version: number;
  readonly connectionState: 'Connected' | 'Disconnected';
  readonly properties: { readonly desired: JsonObject; readonly reported: JsonObject };
}

/** The hub's twins, from the operator's side. Every method throws `HubError` MODULE_UNKNOWN for a module that was not added. */
export interface HubTwins {
  get(module: string): ModuleTwin;
  /** Merges as IoT Hub does (null deletes, arrays are replaced whole). Throws TWIN_INVALID, TWIN_TOO_LARGE or TWIN_VERSION_CONFLICT; then nothing has changed. */
  patchDesired(module: string, patch: JsonObject, options?: { readonly ifMatch?: string }): ModuleTwin;
  /** Makes the document the desired properties, whole; what the module had beyond it is deleted. Throws as `patchDesired`. */
  replaceDesired(module: string, document: JsonObject, options?: { readonly ifMatch?: string }): ModuleTwin;
  /** What a fail-over of IoT Hub does: an older copy with its version is the twin now, and the module is not told. */
  restoreDesired(module: string, document: JsonObject, version: number): ModuleTwin;
}

/** One message as IoT Hub would have received it from `$upstream`. */
export interface UpstreamMessage {
  /** 1, 2, 3 … in the order of arrival. */
  readonly sequence: number;
  /** ISO 8601. */
  readonly enqueuedTime: string;
  readonly deviceId: string;
  readonly moduleId: string;
  /** The output's name, or undefined for a message that was sent without one. */
  readonly output: string | undefined;
  /** User properties. */
  readonly properties: Readonly<Record<string, string>>;
  /** By their short keys, for example `$.mid`; without content type and encoding. */
  readonly systemProperties: Readonly<Record<string, string>>;
  readonly contentType: string | undefined;
  readonly contentEncoding: string | undefined;
  readonly body: Uint8Array;
}

/** The feed of what IoT Hub would get. */
export interface UpstreamFeed {
  /** All messages since the start; not only the remembered ones. */
  readonly count: number;
  /** Calls with every message from now on, in order. */
  subscribe(listener: (message: UpstreamMessage) => void): () => void;
  /** The last `n` remembered messages, oldest first. */
  recent(n: number): readonly UpstreamMessage[];
}

/** Why a message went nowhere. */
export type DropReason = 'no-route' | 'too-large' | 'expired' | 'module-removed' | 'undeliverable';

/** What happens in the hub, for a timeline. Single routed and delivered messages are counted (`stats`), not told. */
export type HubEvent =
  | { readonly type: 'module-connected'; readonly module: string }
  | { readonly type: 'module-disconnected'; readonly module: string }
  /** A connection, publish or subscription that was refused; `module` as far as it could be told. */
  | { readonly type: 'refused'; readonly module: string | undefined; readonly reason: string }
  | {
      readonly type: 'twin-updated';
      readonly module: string;
      readonly section: 'desired' | 'reported';
      readonly version: number;
      readonly patch: JsonObject;
    }
  | {
      readonly type: 'twin-refused';
      readonly module: string;
      readonly section: 'desired' | 'reported';
      readonly reason: string;
    }
  | { readonly type: 'method-invoked'; readonly module: string; readonly name: string; readonly status: number }
  | { readonly type: 'message-dropped'; readonly module: string; readonly reason: DropReason }
  | { readonly type: 'message-redelivered'; readonly module: string; readonly input: string; readonly attempt: number };

export interface ModuleStats {
  readonly connected: boolean;
  /** Messages that wait for the module, the one in flight included. */
  readonly queueDepth: number;
  /** Messages the module published. */
  readonly published: number;
  /** Messages the module acknowledged. */
  readonly delivered: number;
  readonly redelivered: number;
  /** Messages of the module's own that no route wanted or that were too large, and messages for it that expired. */
  readonly dropped: Readonly<Record<DropReason, number>>;
}

export interface HubStats {
  readonly upstream: number;
  readonly refused: number;
  readonly modules: Readonly<Record<string, ModuleStats>>;
}

/** A direct method's answer: an HTTP-like status and a JSON payload. */
export interface MethodAnswer {
  readonly status: number;
  readonly payload: JsonValue;
}

/** Milliseconds; defaults 30000 to answer and 0 to connect. */
export interface MethodTimeouts {
  readonly responseTimeoutMs?: number;
  readonly connectTimeoutMs?: number;
}
