import type { Client } from 'aedes';
import type { SubscriptionKind } from '../protocol/topics.ts';

/** What a module subscribed to, and how it was granted. */
export interface GrantedSubscription {
  readonly kind: SubscriptionKind;
  readonly qos: 0 | 1 | 2;
}

/** The MQTT session of a module: it outlives its connections, as `clean: false` asks. */
export class ModuleSession {
  /** The connection, from the CONNACK to its end. */
  client: Client | undefined;
  /** By topic filter. */
  readonly subscriptions = new Map<string, GrantedSubscription>();
  /** Under which packet ids the held message was sent on this connection. */
  readonly sentIds = new Set<number>();

  /** The subscription of that kind with the highest quality of service, or undefined where there is none. */
  grantedQos(kind: SubscriptionKind): 0 | 1 | 2 | undefined {
    let best: 0 | 1 | 2 | undefined;
    for (const subscription of this.subscriptions.values()) {
      if (subscription.kind === kind && (best === undefined || subscription.qos > best)) best = subscription.qos;
    }
    return best;
  }

  /** Publishes with quality of service 0, as answers, twin changes and method calls go; false where the module does not listen. */
  sendOnce(kind: SubscriptionKind, topic: string, payload: string): boolean {
    if (this.client === undefined || this.grantedQos(kind) === undefined) return false;
    const packet = { cmd: 'publish', topic, payload: Buffer.from(payload), qos: 0, dup: false, retain: false } as const;
    // A failed write ends the connection, and that is where it is dealt with.
    this.client.publish(packet, () => undefined);
    return true;
  }
}
