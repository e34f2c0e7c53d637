import { chmod } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import type { Server } from 'node:net';
import type { JsonObject } from '@companion/deployment';
import type { HubAddress, HubServer, HubServerOptions } from './contract/contract.ts';
import { createServerCertificate, type ServerCertificate } from './identity/certificate.ts';
import { createGatewayApi } from './http/gateway-api.ts';
import { createGatewayPort } from './http/gateway-port.ts';
import { createHubCore } from './hub-core.ts';
import { HubError } from './contract/hub-error.ts';
import { createCloser, listen } from './http/listener.ts';
import { createMqttHead } from './mqtt/mqtt-head.ts';
import { createServiceApi } from './http/service-api.ts';
import { systemClock } from './contract/clock.ts';
import { createWorkloadApi } from './http/workload-api.ts';
import { clearStaleSocket } from './http/workload-socket.ts';

/** The embedded edgeHub and IoT Hub in one process; nothing listens before `start`. */
export function createHubServer(options: HubServerOptions): HubServer {
  const { deviceId, iotHubHostName, log, clock = systemClock, workloadSocketPath } = options;
  const core = createHubCore({ ...options, clock });
  let certificate: ServerCertificate | undefined;
  let address: HubAddress | undefined;
  let lastPorts = { port: options.port ?? 0, apiPort: options.apiPort ?? 0 };
  let closers: (() => Promise<void>)[] = [];

  async function start(): Promise<HubAddress> {
    if (address !== undefined) return address;
    certificate ??= await createServerCertificate(hostNames(), clock.now());
    try {
      address = await open(certificate);
    } catch (error) {
      await stop();
      throw error;
    }
    lastPorts = address;
    return address;
  }

  async function open(current: ServerCertificate): Promise<HubAddress> {
    const common = { deviceId, iotHubHostName, clock, log, moduleOf: core.moduleOf, onRefused: core.refused };
    const mqtt = await createMqttHead({ ...common, ...core.mqttEvents });
    closers.push(() => mqtt.close());
    const gateway = () =>
      createGatewayPort({
        certificate: current,
        log,
        onMqtt: (connection) => mqtt.handle(connection),
        onRequest: createGatewayApi({ ...common, invoke: core.invokeRequest }),
      });
    const workload = createWorkloadApi({ ...common, caCertificatePem: () => current.caCertificatePem });
    const service = createServiceApi({
      deviceId,
      twins: core.twins,
      modules: core.modules,
      upstream: core.upstream,
      invoke: core.invokeRequest,
      extraRoutes: options.extraRoutes ?? [],
      extraRouteHelp: options.extraRouteHelp ?? [],
    });
    const host = '127.0.0.1';
    const port = await opened(gateway(), 'modules', { host, port: lastPorts.port });
    const { gatewayAddress = host } = options;
    if (gatewayAddress !== host) await opened(gateway(), 'modules', { host: gatewayAddress, port });
    const apiPort = await opened(httpServer(service), 'the service API', { host, port: lastPorts.apiPort });
    await clearStaleSocket(workloadSocketPath);
    await opened(httpServer(workload), 'the workload API', { path: workloadSocketPath });
    await chmod(workloadSocketPath, options.workloadSocketMode ?? 0o600);
    log.info({ port, apiPort, workloadSocketPath }, 'hub listens');
    return { port, apiPort, caCertificatePem: current.caCertificatePem };
  }

  async function opened(server: Server, purpose: string, place: Parameters<typeof listen>[2]): Promise<number> {
    const close = createCloser(server);
    const port = await listen(server, purpose, place);
    closers.push(close);
    return port;
  }

  async function stop(): Promise<void> {
    address = undefined;
    const closing = closers;
    closers = [];
    await Promise.all(closing.map((close) => close()));
  }

  function hostNames(): readonly string[] {
    return [
      'localhost',
      '127.0.0.1',
      '::1',
      ...(options.gatewayHostName === undefined ? [] : [options.gatewayHostName]),
    ];
  }

  return {
    start,
    stop,
    [Symbol.asyncDispose]: stop,
    addModule: (name: string, desired: JsonObject = {}) => {
      if (address === undefined)
        throw new HubError('NOT_STARTED', 'modules can be added after start: they need the port');
      return core.addModule(name, desired, address.port);
    },
    removeModule: core.removeModule,
    disconnect: core.disconnect,
    setRoutes: core.setRoutes,
    twins: core.twins,
    invokeMethod: core.invokeMethod,
    upstream: core.upstream,
    events: core.events,
    stats: core.stats,
  };
}

function httpServer(listener: RequestListener): Server {
  return createServer(listener);
}
