import { messageSource, twinChangeSource, type RouteSpec } from '@companion/deployment';
import type { Clock, JsonObject, JsonValue } from '@companion/foundation';
import { EventSource } from '../events/event-source.ts';
import type {
  HubEvent,
  HubServerOptions,
  HubStats,
  MethodAnswer,
  MethodTimeouts,
  ModuleIdentity,
} from './contract/contract.ts';
import { MethodCalls } from './methods/method-calls.ts';
import type { ModuleRecord } from './modules/module-record.ts';
import { ModuleRegistry } from './modules/module-registry.ts';
import type { AcceptedTopic, MqttHub } from './mqtt/mqtt-head.ts';
import { MessageRouter } from './routing/message-router.ts';
import { readRoutes } from './routing/route-table.ts';
import { WritableUpstreamFeed } from './routing/upstream-feed.ts';
import { ModuleTwins } from './twin/module-twins.ts';

export interface HubCoreOptions extends HubServerOptions {
  readonly clock: Clock;
  readonly randomBytes: (size: number) => Buffer;
}

/** The hub without its ports: modules, twins, routes, methods and the feed, tied together. */
export class HubCore implements MqttHub {
  readonly modules: ModuleRegistry;
  readonly twins: ModuleTwins;
  readonly upstream: WritableUpstreamFeed;
  readonly events = new EventSource<HubEvent>();
  readonly #options: HubCoreOptions;
  readonly #methods: MethodCalls;
  readonly #router: MessageRouter;
  /** Connections, publishes, subscriptions and calls that were refused. */
  #refusals = 0;

  constructor(options: HubCoreOptions) {
    this.#options = options;
    const { ackTimeoutMs = 30_000, queueLimitBytes = 256 * 1024 * 1024, upstreamHistory = 10_000 } = options;
    const { deviceId, clock, log, randomBytes } = options;
    const { events } = this;
    this.modules = new ModuleRegistry({ clock, randomBytes, ackTimeoutMs, queueLimitBytes, events });
    this.upstream = new WritableUpstreamFeed(upstreamHistory);
    this.twins = new ModuleTwins({ deviceId, clock, log, modules: this.modules, events });
    this.#methods = new MethodCalls(clock);
    this.#router = new MessageRouter({ deviceId, clock, log, modules: this.modules, upstream: this.upstream });
  }

  /** `port` is the one that the connection string names. */
  addModule(name: string, desired: JsonObject, port: number): ModuleIdentity {
    this.modules.requireFree(name);
    this.twins.add(name, desired);
    const { generationId, key } = this.modules.add(name);
    const primaryKey = key.toString('base64');
    const connectionString = [
      `HostName=${this.#options.iotHubHostName}`,
      `DeviceId=${this.#options.deviceId}`,
      `ModuleId=${name}`,
      `SharedAccessKey=${primaryKey}`,
      `GatewayHostName=localhost:${port}`,
    ].join(';');
    return { moduleId: name, generationId, primaryKey, connectionString };
  }

  removeModule(name: string): void {
    this.modules.remove(name);
    this.twins.remove(name);
  }

  disconnect(name: string): boolean {
    const { client } = this.modules.get(name).session;
    client?.close();
    return client !== undefined;
  }

  setRoutes(routes: Readonly<Record<string, RouteSpec>>, timeToLiveSecs: number): void {
    const names = this.modules.all().map(({ moduleId }) => moduleId);
    this.#router.setRoutes(readRoutes(routes, timeToLiveSecs, names));
  }

  async invokeMethod(
    name: string,
    method: string,
    payload: JsonValue,
    timeouts: MethodTimeouts = {},
  ): Promise<MethodAnswer> {
    const answer = await this.#methods.invoke(this.modules.get(name), method, payload, timeouts);
    this.events.emit({ type: 'method-invoked', module: name, name: method, status: answer.status });
    return answer;
  }

  stats(): HubStats {
    return {
      upstream: this.upstream.count,
      refused: this.#refusals,
      modules: Object.fromEntries(this.modules.all().map((module) => [module.moduleId, module.stats()])),
    };
  }

  moduleOf(name: string): ModuleRecord | undefined {
    return this.modules.find(name);
  }

  publish(module: ModuleRecord, topic: AcceptedTopic, body: Buffer): string | undefined {
    switch (topic.kind) {
      case 'event': {
        module.published();
        const source = messageSource(module.moduleId, topic.output);
        return this.#router.route({ from: module, source, output: topic.output, bag: topic.bag, body });
      }
      case 'twin-get':
        this.twins.answerGet(module, topic.requestId);
        return undefined;
      case 'twin-reported': {
        const patch = this.twins.answerReport(module, topic.requestId, body);
        if (patch !== undefined) this.#routeTwinChange(module, patch);
        return undefined;
      }
      case 'method-response':
        this.#methods.answered(module, topic.requestId, topic.status, body);
        return undefined;
    }
  }

  connected({ moduleId }: ModuleRecord): void {
    this.events.emit({ type: 'module-connected', module: moduleId });
  }

  subscribed(module: ModuleRecord): void {
    this.#methods.reachable(module);
  }

  disconnected({ moduleId }: ModuleRecord): void {
    this.events.emit({ type: 'module-disconnected', module: moduleId });
  }

  refused(module: string | undefined, reason: string): void {
    this.#refusals += 1;
    this.#options.log.warn({ module, reason }, 'refused');
    this.events.emit({ type: 'refused', module, reason });
  }

  #routeTwinChange(from: ModuleRecord, patch: JsonObject): void {
    // Most devices have no such route, and then it is no lost message.
    if (!this.#router.routes(twinChangeSource)) return;
    const bag = { userProperties: {}, systemProperties: { '$.ct': 'application/json', '$.ce': 'utf-8' } };
    const body = Buffer.from(JSON.stringify(patch));
    this.#router.route({ from, source: twinChangeSource, output: undefined, bag, body });
  }
}
