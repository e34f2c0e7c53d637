import { randomBytes } from 'node:crypto';
import type { Client } from 'aedes';
import type { SubscriptionKind } from '../protocol/topics.ts';
import type { DropReason } from '../contract/contract.ts';
import type { DeliveryQueue } from '../delivery/delivery-queue.ts';

/** The MQTT session of a module: it outlives its connections, as `clean: false` asks. */
export interface ModuleSession {
  /** The connection, from the CONNACK to its end. */
  client: Client | undefined;
  /** By topic filter, with the granted quality of service. */
  readonly subscriptions: Map<string, { readonly kind: SubscriptionKind; readonly qos: 0 | 1 | 2 }>;
  /** Under which packet ids the held message was sent on this connection. */
  readonly sentIds: Set<number>;
}

/** What is counted for a module. */
export interface ModuleCounters {
  published: number;
  delivered: number;
  redelivered: number;
  readonly dropped: Record<DropReason, number>;
}

/** Everything the hub holds of one module, but its twin. */
export interface ModuleRecord {
  readonly moduleId: string;
  readonly generationId: string;
  readonly key: Buffer;
  readonly session: ModuleSession;
  readonly counters: ModuleCounters;
  readonly queue: DeliveryQueue;
}

/** A record with a fresh key and a fresh generation; the queue is made from the rest of it. */
export function createModuleRecord(
  moduleId: string,
  createQueue: (record: Omit<ModuleRecord, 'queue'>) => DeliveryQueue,
): ModuleRecord {
  const record = {
    moduleId,
    // IoT Hub's look: digits of a time stamp.
    generationId: String(randomBytes(6).readUIntBE(0, 6)).padStart(18, '6'),
    key: randomBytes(32),
    session: { client: undefined, subscriptions: new Map(), sentIds: new Set<number>() } satisfies ModuleSession,
    counters: {
      published: 0,
      delivered: 0,
      redelivered: 0,
      dropped: { 'no-route': 0, 'too-large': 0, expired: 0, 'module-removed': 0, undeliverable: 0 },
    },
  };
  return { ...record, queue: createQueue(record) };
}

/** The subscription of that kind with the highest quality of service, or undefined where there is none. */
export function grantedQos(session: ModuleSession, kind: SubscriptionKind): 0 | 1 | 2 | undefined {
  let best: 0 | 1 | 2 | undefined;
  for (const subscription of session.subscriptions.values()) {
    if (subscription.kind === kind && (best === undefined || subscription.qos > best)) best = subscription.qos;
  }
  return best;
}

/** Publishes with quality of service 0, as answers, twin changes and method calls go; false where the module does not listen. */
export function sendOnce(session: ModuleSession, kind: SubscriptionKind, topic: string, payload: string): boolean {
  if (session.client === undefined || grantedQos(session, kind) === undefined) return false;
  const packet = { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, dup: false, retain: false } as const;
  // A failed write ends the connection, and that is where it is dealt with.
  session.client.publish(packet, () => undefined);
  return true;
}
