import { randomBytes } from 'node:crypto';
import { chmod } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { RouteSpec } from '@companion/deployment';
import type { Clock, JsonObject, JsonValue } from '@companion/foundation';
import { backgroundClock } from '@companion/foundation/node';
import type {
  HubAddress,
  HubEvent,
  HubServerOptions,
  HubStats,
  HubTwins,
  MethodAnswer,
  MethodTimeouts,
  ModuleIdentity,
  UpstreamFeed,
} from './contract/contract.ts';
import { HubError } from './contract/hub-error.ts';
import { HubCore } from './hub-core.ts';
import { createGatewayApi } from './http/gateway-api.ts';
import { createGatewayPort } from './http/gateway-port.ts';
import { OpenServers } from './http/open-servers.ts';
import { createServiceApi } from './http/service/service-api.ts';
import { createWorkloadApi } from './http/workload-api.ts';
import { clearStaleSocket } from './http/workload-socket.ts';
import { createServerCertificate, type ServerCertificate } from './identity/certificate.ts';
import type { MethodRequest } from './methods/method-request.ts';
import { MqttHead } from './mqtt/mqtt-head.ts';

const loopback = '127.0.0.1';

/** The embedded edgeHub and IoT Hub in one process; nothing listens before `start`. */
export class HubServer implements AsyncDisposable {
  readonly #options: HubServerOptions;
  readonly #clock: Clock;
  readonly #core: HubCore;
  readonly #servers = new OpenServers();
  #mqtt: MqttHead | undefined;
  /** Kept over stop and start: modules trust its CA. */
  #certificate: ServerCertificate | undefined;
  /** While it listens. */
  #address: HubAddress | undefined;
  /** Kept over stop and start: modules come back to them. */
  #ports: Pick<HubAddress, 'port' | 'apiPort'>;

  constructor(options: HubServerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? backgroundClock;
    this.#core = new HubCore({ randomBytes, ...options, clock: this.#clock });
    this.#ports = { port: options.port ?? 0, apiPort: options.apiPort ?? 0 };
  }

  get twins(): HubTwins {
    return this.#core.twins;
  }

  get upstream(): UpstreamFeed {
    return this.#core.upstream;
  }

  get events(): { subscribe(listener: (event: HubEvent) => void): () => void } {
    return this.#core.events;
  }

  /** Listens. Rejects with `HubError` PORT_IN_USE, SOCKET_IN_USE or LISTEN_FAILED, and then listens nowhere. After `stop` it may start again, on the same ports, with the same CA, twins and queues. */
  async start(): Promise<HubAddress> {
    if (this.#address !== undefined) return this.#address;
    this.#certificate ??= await createServerCertificate(this.#hostNames(), this.#clock.now());
    try {
      this.#address = await this.#open(this.#certificate);
    } catch (error) {
      await this.stop();
      throw error;
    }
    this.#ports = this.#address;
    return this.#address;
  }

  /** Closes every connection and listener; twins and queues stay. May be called twice. */
  async stop(): Promise<void> {
    this.#address = undefined;
    const mqtt = this.#mqtt;
    this.#mqtt = undefined;
    await Promise.all([mqtt?.close(), this.#servers.close()]);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  /** Only after `start`: the connection string holds the port. Throws MODULE_EXISTS, MODULE_NAME_INVALID, TWIN_INVALID, TWIN_TOO_LARGE. */
  addModule(name: string, desired: JsonObject = {}): ModuleIdentity {
    if (this.#address === undefined) {
      throw new HubError('NOT_STARTED', 'modules can be added after start: they need the port');
    }
    return this.#core.addModule(name, desired, this.#address.port);
  }

  /** Ends its connection and forgets its key, twin and queue. Routes to it then drop. */
  removeModule(name: string): void {
    this.#core.removeModule(name);
  }

  /** Ends a module's connection, as a network cut would; false if it had none. */
  disconnect(name: string): boolean {
    return this.#core.disconnect(name);
  }

  /**
   * Replaces all routes. Throws ROUTE_INVALID, ROUTE_CONDITION_UNSUPPORTED or ROUTE_MODULE_UNKNOWN, each naming the route;
   * then the old routes stay, all of them.
   */
  setRoutes(
    routes: Readonly<Record<string, RouteSpec>>,
    { timeToLiveSecs }: { readonly timeToLiveSecs: number },
  ): void {
    this.#core.setRoutes(routes, timeToLiveSecs);
  }

  /** Throws METHOD_INVALID, METHOD_NOT_CONNECTED, METHOD_TIMEOUT, METHOD_BAD_RESPONSE, MODULE_UNKNOWN. */
  invokeMethod(module: string, name: string, payload: JsonValue, timeouts?: MethodTimeouts): Promise<MethodAnswer> {
    return this.#core.invokeMethod(module, name, payload, timeouts);
  }

  stats(): HubStats {
    return this.#core.stats();
  }

  async #open(certificate: ServerCertificate): Promise<HubAddress> {
    const { log, gatewayAddress = loopback, workloadSocketPath, workloadSocketMode = 0o600 } = this.#options;
    const mqtt = new MqttHead({ ...this.#options, clock: this.#clock, hub: this.#core });
    this.#mqtt = mqtt;
    await mqtt.open();
    const { caCertificatePem } = certificate;
    const servers = this.#servers;
    const port = await servers.open(this.#gateway(certificate, mqtt), 'modules', {
      host: loopback,
      port: this.#ports.port,
    });
    if (gatewayAddress !== loopback) {
      await servers.open(this.#gateway(certificate, mqtt), 'modules', { host: gatewayAddress, port });
    }
    const service = createServer(this.#serviceApi());
    const apiPort = await servers.open(service, 'the service API', { host: loopback, port: this.#ports.apiPort });
    await clearStaleSocket(workloadSocketPath);
    const workload = createServer(createWorkloadApi({ ...this.#doors(), caCertificatePem }));
    await servers.open(workload, 'the workload API', { path: workloadSocketPath });
    await chmod(workloadSocketPath, workloadSocketMode);
    log.info({ port, apiPort, workloadSocketPath }, 'hub listens');
    return { port, apiPort, caCertificatePem };
  }

  #gateway(certificate: ServerCertificate, mqtt: MqttHead) {
    const { deviceId, iotHubHostName, log } = this.#options;
    return createGatewayPort({
      certificate,
      log,
      onMqtt: (connection) => mqtt.handle(connection),
      onRequest: createGatewayApi({ ...this.#doors(), deviceId, iotHubHostName, clock: this.#clock }),
    });
  }

  #serviceApi() {
    const { deviceId, serviceExtension } = this.#options;
    const { twins, upstream, modules } = this.#core;
    const { invoke } = this.#doors();
    const list = () => modules.all().map(({ moduleId, generationId }) => ({ moduleId, generationId }));
    return createServiceApi({ deviceId, twins, upstream, invoke, modules: list }, serviceExtension);
  }

  /** What the HTTP APIs use of the hub. */
  #doors() {
    const core = this.#core;
    return {
      moduleOf: (module: string) => core.moduleOf(module),
      onRefused: (module: string | undefined, reason: string) => core.refused(module, reason),
      invoke: (module: string, { methodName, payload, timeouts }: MethodRequest) =>
        core.invokeMethod(module, methodName, payload, timeouts),
    };
  }

  #hostNames(): readonly string[] {
    const { gatewayHostName } = this.#options;
    return ['localhost', loopback, '::1', ...(gatewayHostName === undefined ? [] : [gatewayHostName])];
  }
}
