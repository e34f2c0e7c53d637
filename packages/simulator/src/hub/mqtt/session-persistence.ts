import { Readable } from 'node:stream';
import type { ModuleSession } from '../modules/module-session.ts';

interface ClientId {
  readonly id: string;
}

interface SentPacket {
  readonly messageId?: number;
}

/**
 * What aedes asks of a persistence, answered from the hub's own sessions and queues. aedes would otherwise keep a second
 * queue beside ours and send from it after a reconnect. It tells `outgoingUpdate` the packet id under which it is about
 * to send a message, and passes on what `outgoingClearMessageId` gives to its `ack` event.
 */
export interface SessionPersistenceOptions {
  readonly sessionOf: (clientId: string) => ModuleSession | undefined;
  readonly onUnsubscribed: (clientId: string) => void;
}

/** A persistence for `new Aedes({ persistence })`; it keeps nothing by itself. */
export function createSessionPersistence({ sessionOf, onUnsubscribed }: SessionPersistenceOptions): object {
  const nothing = (): Promise<void> => Promise.resolve();
  return {
    // aedes insists on a function that is declared async.
    setup: async (): Promise<void> => {
      await nothing();
    },
    destroy: nothing,
    storeRetained: nothing,
    createRetainedStreamCombi: () => Readable.from([]),
    createRetainedStream: () => Readable.from([]),
    // Filters are recorded when they are authorized.
    addSubscriptions: nothing,
    removeSubscriptions: (client: ClientId, filters: readonly string[]): Promise<void> => {
      for (const filter of filters) sessionOf(client.id)?.subscriptions.delete(filter);
      onUnsubscribed(client.id);
      return nothing();
    },
    cleanSubscriptions: nothing,
    subscriptionsByClient: (client: ClientId) => {
      const subscriptions = sessionOf(client.id)?.subscriptions ?? new Map<string, { qos: number }>();
      return Promise.resolve(Array.from(subscriptions, ([topic, { qos }]) => ({ topic, qos })));
    },
    subscriptionsByTopic: () => Promise.resolve([]),
    countOffline: () => Promise.resolve({ subsCount: 0, clientsCount: 0 }),
    outgoingEnqueue: nothing,
    outgoingEnqueueCombi: nothing,
    outgoingUpdate: (client: ClientId, packet: SentPacket): Promise<void> => {
      if (packet.messageId !== undefined) sessionOf(client.id)?.sentIds.add(packet.messageId);
      return nothing();
    },
    outgoingClearMessageId: (_client: ClientId, packet: SentPacket) => Promise.resolve(packet),
    outgoingStream: () => Readable.from([]),
    // Quality of service 2 is refused before it gets here.
    incomingStorePacket: nothing,
    incomingGetPacket: () => Promise.reject(new Error('no such packet')),
    incomingDelPacket: nothing,
    cleanIncoming: nothing,
    putWill: nothing,
    getWill: () => Promise.resolve(undefined),
    delWill: () => Promise.resolve(undefined),
    streamWill: () => Readable.from([]),
    getClientList: () => Readable.from([]),
  };
}
