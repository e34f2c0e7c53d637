import type { JsonObject } from '@companion/deployment';
import { messageSource, twinChangeSource } from '@companion/deployment';
import type { PublishTopic } from './protocol/topics.ts';
import type { HubClock } from './contract/clock.ts';
import type {
  DropReason,
  HubEvent,
  HubServer,
  HubServerOptions,
  MethodAnswer,
  ModuleIdentity,
} from './contract/contract.ts';
import { createDeliveryQueue, type DeliveryQueue } from './delivery/delivery-queue.ts';
import { createEventSource } from './contract/event-source.ts';
import { HubError } from './contract/hub-error.ts';
import { createMessageRouter } from './routing/message-router.ts';
import { createMethodCalls } from './methods/method-calls.ts';
import type { MethodRequest } from './methods/method-request.ts';
import { createModuleRecord, grantedQos, type ModuleRecord } from './modules/module-record.ts';
import { createModuleTwins } from './twin/module-twins.ts';
import type { MqttHeadOptions } from './mqtt/mqtt-head.ts';
import { createRouteTable } from './routing/route-table.ts';
import { createUpstreamFeed, type WritableUpstreamFeed } from './routing/upstream-feed.ts';

/** The hub without its ports: modules, twins, routes, methods and the feed, tied together. */
export interface HubCore extends Pick<
  HubServer,
  'removeModule' | 'disconnect' | 'setRoutes' | 'invokeMethod' | 'events' | 'stats' | 'twins'
> {
  readonly upstream: WritableUpstreamFeed;
  readonly mqttEvents: Pick<MqttHeadOptions, 'onPublish' | 'onConnected' | 'onSubscribed' | 'onDisconnected'>;
  /** `port` is the one that the connection string names. */
  readonly addModule: (name: string, desired: JsonObject, port: number) => ModuleIdentity;
  readonly moduleOf: (name: string) => ModuleRecord | undefined;
  readonly modules: () => readonly Pick<ModuleIdentity, 'moduleId' | 'generationId'>[];
  readonly invokeRequest: (module: string, request: MethodRequest) => Promise<MethodAnswer>;
  readonly refused: (module: string | undefined, reason: string) => void;
}

/** Names that are safe as a level of a topic and of a path; the two system modules have twins as well. */
const moduleName = /^(?:[A-Za-z0-9][A-Za-z0-9._-]{0,127}|\$edgeAgent|\$edgeHub)$/u;

/** A hub without modules and routes. */
export function createHubCore(options: HubServerOptions & { readonly clock: HubClock }): HubCore {
  const { deviceId, log, clock } = options;
  const records = new Map<string, ModuleRecord>();
  const events = createEventSource<HubEvent>();
  const upstream = createUpstreamFeed(options.upstreamHistory ?? 10_000);
  const methods = createMethodCalls(clock);
  const moduleOf = (name: string): ModuleRecord | undefined => records.get(name);
  let routes = createRouteTable({}, 7200, []);
  let refusals = 0;

  const route = createMessageRouter({
    deviceId,
    clock,
    log,
    routes: () => routes,
    moduleOf,
    upstream,
    onDropped: dropped,
  });
  const twins = createModuleTwins({
    deviceId,
    clock,
    log,
    moduleOf,
    emit: (event) => events.emit(event),
    onReported: (from, patch) => {
      // Most devices have no such route, and then it is no lost message.
      if (routes.targets(twinChangeSource).length === 0) return;
      const bag = { userProperties: {}, systemProperties: { '$.ct': 'application/json', '$.ce': 'utf-8' } };
      route({ from, source: twinChangeSource, output: undefined, bag, body: Buffer.from(JSON.stringify(patch)) });
    },
  });

  function requireModule(name: string): ModuleRecord {
    const module = records.get(name);
    if (module === undefined) throw new HubError('MODULE_UNKNOWN', `there is no module ${name}`, { module: name });
    return module;
  }

  function refused(module: string | undefined, reason: string): void {
    refusals += 1;
    log.warn({ module, reason }, 'refused');
    events.emit({ type: 'refused', module, reason });
  }

  function dropped(module: ModuleRecord, reason: DropReason): void {
    module.counters.dropped[reason] += 1;
    events.emit({ type: 'message-dropped', module: module.moduleId, reason });
  }

  function createQueue(record: Omit<ModuleRecord, 'queue'>): DeliveryQueue {
    const { session, counters, moduleId } = record;
    const queue: DeliveryQueue = createDeliveryQueue({
      clock,
      ackTimeoutMs: options.ackTimeoutMs ?? 30_000,
      limitBytes: options.queueLimitBytes ?? 256 * 1024 * 1024,
      onDelivered: () => (counters.delivered += 1),
      onExpired: () => {
        counters.dropped.expired += 1;
        events.emit({ type: 'message-dropped', module: moduleId, reason: 'expired' });
      },
      send: ({ topic, body, input }, attempt) => {
        if (attempt > 1) {
          counters.redelivered += 1;
          events.emit({ type: 'message-redelivered', module: moduleId, input, attempt });
        }
        const qos = grantedQos(session, 'inputs') === 0 ? 0 : 1;
        const packet = {
          cmd: 'publish',
          topic,
          payload: body,
          qos,
          dup: attempt > 1 && qos > 0,
          retain: false,
        } as const;
        session.client?.publish(packet, (error) => {
          // Without acknowledgements, written is delivered.
          if (qos === 0 && !error) queue.acknowledged();
        });
      },
    });
    return queue;
  }

  function addModule(name: string, desired: JsonObject, port: number): ModuleIdentity {
    if (!moduleName.test(name)) {
      throw new HubError('MODULE_NAME_INVALID', `${JSON.stringify(name)} is no name for a module`, { module: name });
    }
    if (records.has(name)) throw new HubError('MODULE_EXISTS', `there is a module ${name} already`, { module: name });
    twins.add(name, desired);
    const record = createModuleRecord(name, createQueue);
    records.set(name, record);
    const primaryKey = record.key.toString('base64');
    const connectionString = [
      `HostName=${options.iotHubHostName}`,
      `DeviceId=${deviceId}`,
      `ModuleId=${name}`,
      `SharedAccessKey=${primaryKey}`,
      `GatewayHostName=localhost:${port}`,
    ].join(';');
    return { moduleId: name, generationId: record.generationId, primaryKey, connectionString };
  }

  function removeModule(name: string): void {
    const record = requireModule(name);
    record.counters.dropped['module-removed'] += record.queue.clear();
    const { client } = record.session;
    client?.close();
    records.delete(name);
    twins.remove(name);
  }

  function disconnect(name: string): boolean {
    const { client } = requireModule(name).session;
    client?.close();
    return client !== undefined;
  }

  function publish(
    module: ModuleRecord,
    topic: Exclude<PublishTopic, { readonly kind: 'refused' }>,
    body: Buffer,
  ): string | undefined {
    switch (topic.kind) {
      case 'event':
        module.counters.published += 1;
        return route({ from: module, source: messageSource(module.moduleId, topic.output), ...topic, body });
      case 'twin-get':
        twins.answerGet(module, topic.requestId);
        return undefined;
      case 'twin-reported':
        twins.answerReport(module, topic.requestId, body);
        return undefined;
      case 'method-response':
        methods.answered(module, topic.requestId, topic.status, body);
        return undefined;
    }
  }

  const invokeMethod: HubServer['invokeMethod'] = async (name, method, payload, timeouts = {}) => {
    const module = requireModule(name);
    const answer = await methods.invoke(module, method, payload, timeouts);
    events.emit({ type: 'method-invoked', module: name, name: method, status: answer.status });
    return answer;
  };

  return {
    upstream,
    twins,
    events,
    moduleOf,
    refused,
    addModule,
    removeModule,
    disconnect,
    invokeMethod,
    invokeRequest: (module, { methodName, payload, timeouts }) => invokeMethod(module, methodName, payload, timeouts),
    modules: () => Array.from(records.values(), ({ moduleId, generationId }) => ({ moduleId, generationId })),
    setRoutes: (specs, { timeToLiveSecs }) => {
      routes = createRouteTable(specs, timeToLiveSecs, [...records.keys()]);
    },
    stats: () => ({
      upstream: upstream.count,
      refused: refusals,
      modules: Object.fromEntries(
        Array.from(records.values(), ({ moduleId, session, queue, counters: { dropped: drops, ...counts } }) => [
          moduleId,
          { connected: session.client !== undefined, queueDepth: queue.depth(), ...counts, dropped: { ...drops } },
        ]),
      ),
    }),
    mqttEvents: {
      onPublish: publish,
      onConnected: ({ moduleId }) => events.emit({ type: 'module-connected', module: moduleId }),
      onSubscribed: (module) => methods.reachable(module),
      onDisconnected: ({ moduleId }) => events.emit({ type: 'module-disconnected', module: moduleId }),
    },
  };
}
