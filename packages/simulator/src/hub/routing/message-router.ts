import type { Logger } from 'pino';
import type { Clock } from '@companion/foundation';
import type { UpstreamMessage } from '../contract/contract.ts';
import type { ModuleRecord } from '../modules/module-record.ts';
import type { ModuleRegistry } from '../modules/module-registry.ts';
import type { PropertyBag } from '../protocol/property-bag.ts';
import { inputTopic } from '../protocol/topics.ts';
import { withoutKeys } from '../protocol/without-keys.ts';
import { RouteTable, type RouteTarget } from './route-table.ts';
import type { WritableUpstreamFeed } from './upstream-feed.ts';

/** A message of a module, on its way into the routes. */
export interface RoutedMessage {
  readonly from: ModuleRecord;
  /** As `sourceMatches` of @companion/deployment reads it. */
  readonly source: string;
  readonly output: string | undefined;
  readonly bag: PropertyBag;
  readonly body: Buffer;
}

export interface MessageRouterOptions {
  readonly deviceId: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly modules: ModuleRegistry;
  readonly upstream: WritableUpstreamFeed;
}

/** 256 KiB, body and properties together. */
const messageLimitBytes = 256 * 1024;
const topicLimitBytes = 65_535;

/** Puts messages into the feed and the queues that the routes name. */
export class MessageRouter {
  readonly #options: MessageRouterOptions;
  #routes = new RouteTable([]);

  constructor(options: MessageRouterOptions) {
    this.#options = options;
  }

  /** Takes the place of all routes before. */
  setRoutes(routes: RouteTable): void {
    this.#routes = routes;
  }

  /** Whether a message from there would go anywhere. */
  routes(source: string): boolean {
    return this.#routes.targets(source).length > 0;
  }

  /**
   * Gives the reason why the publisher's connection shall be closed, or undefined: then the message is stored, or dropped
   * and counted as edgeHub does.
   */
  route(message: RoutedMessage): string | undefined {
    const { from, source, output, bag, body } = message;
    if (body.length > messageLimitBytes) return `a message of ${body.length} bytes is larger than ${messageLimitBytes}`;
    const sizeBytes = body.length + sizeOfProperties(bag);
    if (sizeBytes > messageLimitBytes) {
      const facts = { module: from.moduleId, output, sizeBytes, limitBytes: messageLimitBytes };
      this.#options.log.warn(facts, 'message dropped: too large');
      from.drop('too-large');
      return undefined;
    }
    const targets = this.#routes.targets(source);
    if (targets.length === 0) from.drop('no-route');
    let refusal: string | undefined;
    for (const target of targets) refusal = this.#deliver(message, target) ?? refusal;
    return refusal;
  }

  #deliver(message: RoutedMessage, { sink, priority, timeToLiveSecs }: RouteTarget): string | undefined {
    const { deviceId, clock, modules, upstream } = this.#options;
    const { from, bag, body } = message;
    if (sink.kind === 'upstream') {
      upstream.append(this.#upstreamMessage(message));
      return undefined;
    }
    const { module, input } = sink;
    const receiver = modules.find(module);
    if (receiver === undefined) {
      from.drop('module-removed');
      return undefined;
    }
    const topic = inputTopic(deviceId, module, input, this.#withSender(bag, from));
    // Percent signs made it ASCII, so characters are bytes.
    if (topic.length > topicLimitBytes) {
      from.drop('undeliverable');
      return undefined;
    }
    const expiresAtMs = clock.now() + timeToLiveSecs * 1000;
    const stored = receiver.queue.offer({ input, topic, body, priority, expiresAtMs });
    return stored ? undefined : `the queue of ${module} is full`;
  }

  #withSender(bag: PropertyBag, from: ModuleRecord): PropertyBag {
    const systemProperties = withoutKeys(bag.systemProperties, ['$.on', '$.cdid', '$.cmid']);
    const { deviceId } = this.#options;
    return { ...bag, systemProperties: { '$.cdid': deviceId, '$.cmid': from.moduleId, ...systemProperties } };
  }

  #upstreamMessage({ from, output, bag, body }: RoutedMessage): Omit<UpstreamMessage, 'sequence'> {
    return {
      enqueuedTime: new Date(this.#options.clock.now()).toISOString(),
      deviceId: this.#options.deviceId,
      moduleId: from.moduleId,
      output,
      properties: bag.userProperties,
      systemProperties: withoutKeys(bag.systemProperties, ['$.ct', '$.ce']),
      contentType: bag.systemProperties['$.ct'],
      contentEncoding: bag.systemProperties['$.ce'],
      body,
    };
  }
}

function sizeOfProperties(bag: PropertyBag): number {
  let bytes = 0;
  for (const properties of [bag.userProperties, bag.systemProperties]) {
    for (const [key, value] of Object.entries(properties)) bytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  return bytes;
}
