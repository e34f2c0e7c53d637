import type { Logger } from 'pino';
import type { PropertyBag } from '../protocol/property-bag.ts';
import { inputTopic } from '../protocol/topics.ts';
import { withoutKeys } from '../protocol/without-keys.ts';
import type { HubClock } from '../contract/clock.ts';
import type { DropReason } from '../contract/contract.ts';
import type { ModuleRecord } from '../modules/module-record.ts';
import type { RouteTable } from './route-table.ts';
import type { WritableUpstreamFeed } from './upstream-feed.ts';

/** A message of a module, on its way into the routes. */
export interface RoutedMessage {
  readonly from: ModuleRecord;
  /** In the form of rules/route-match.ts. */
  readonly source: string;
  readonly output: string | undefined;
  readonly bag: PropertyBag;
  readonly body: Buffer;
}

export interface MessageRouterOptions {
  readonly deviceId: string;
  readonly clock: HubClock;
  readonly log: Logger;
  readonly routes: () => RouteTable;
  readonly moduleOf: (moduleId: string) => ModuleRecord | undefined;
  readonly upstream: WritableUpstreamFeed;
  readonly onDropped: (module: ModuleRecord, reason: DropReason) => void;
}

/** 256 KiB, body and properties together. */
export const messageLimitBytes = 256 * 1024;
const topicLimitBytes = 65_535;

/**
 * Puts a message into the feed and the queues that the routes name. Gives the reason why the publisher's connection
 * shall be closed, or undefined: then the message is stored, or dropped and counted as edgeHub does.
 */
export function createMessageRouter(options: MessageRouterOptions): (message: RoutedMessage) => string | undefined {
  const { deviceId, clock, log, upstream } = options;

  return ({ from, source, output, bag, body }) => {
    if (body.length > messageLimitBytes) return `a message of ${body.length} bytes is larger than ${messageLimitBytes}`;
    const sizeBytes = body.length + sizeOfProperties(bag);
    if (sizeBytes > messageLimitBytes) {
      log.warn(
        { module: from.moduleId, output, sizeBytes, limitBytes: messageLimitBytes },
        'message dropped: too large',
      );
      options.onDropped(from, 'too-large');
      return undefined;
    }
    const targets = options.routes().targets(source);
    if (targets.length === 0) options.onDropped(from, 'no-route');
    let refusal: string | undefined;
    for (const target of targets) {
      if (target.sink.kind === 'upstream') {
        upstream.append(upstreamMessage(from, output, bag, body));
        continue;
      }
      const { module, input } = target.sink;
      const receiver = options.moduleOf(module);
      if (receiver === undefined) {
        options.onDropped(from, 'module-removed');
        continue;
      }
      const topic = inputTopic(deviceId, module, input, withSender(bag, from));
      // Percent signs made it ASCII, so characters are bytes.
      if (topic.length > topicLimitBytes) {
        options.onDropped(from, 'undeliverable');
        continue;
      }
      const expiresAtMs = clock.now() + target.timeToLiveSecs * 1000;
      if (!receiver.queue.offer({ input, topic, body, priority: target.priority, expiresAtMs })) {
        refusal = `the queue of ${module} is full`;
      }
    }
    return refusal;
  };

  function withSender(bag: PropertyBag, from: ModuleRecord): PropertyBag {
    const systemProperties = withoutKeys(bag.systemProperties, ['$.on', '$.cdid', '$.cmid']);
    return { ...bag, systemProperties: { '$.cdid': deviceId, '$.cmid': from.moduleId, ...systemProperties } };
  }

  function upstreamMessage(from: ModuleRecord, output: string | undefined, bag: PropertyBag, body: Buffer) {
    return {
      enqueuedTime: new Date(clock.now()).toISOString(),
      deviceId,
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
