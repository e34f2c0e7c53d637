import type { AuthenticateError, Client, PublishPacket, Subscription } from 'aedes';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import { parseConnectIdentity } from '../protocol/connect-identity.ts';
import { parsePublishTopic, parseSubscription, type PublishTopic } from '../protocol/topics.ts';
import type { HubClock } from '../contract/clock.ts';
import { EndpointBroker } from './endpoint-broker.ts';
import { grantedQos, type ModuleRecord } from '../modules/module-record.ts';
import { verifySasToken } from '../identity/sas-verification.ts';
import { createSessionPersistence } from './session-persistence.ts';

/** What the head needs of the hub behind it. */
export interface MqttHeadOptions {
  readonly deviceId: string;
  readonly iotHubHostName: string;
  readonly clock: HubClock;
  readonly log: Logger;
  readonly moduleOf: (moduleId: string) => ModuleRecord | undefined;
  /** Takes an authorized publish; the answer is why the connection shall be closed, or undefined when it is stored. */
  readonly onPublish: (
    module: ModuleRecord,
    topic: Exclude<PublishTopic, { readonly kind: 'refused' }>,
    body: Buffer,
  ) => string | undefined;
  readonly onConnected: (module: ModuleRecord) => void;
  /** The module is connected and its subscriptions stand, or there are more of them. */
  readonly onSubscribed: (module: ModuleRecord) => void;
  readonly onDisconnected: (module: ModuleRecord) => void;
  readonly onRefused: (moduleId: string | undefined, reason: string) => void;
}

/** The MQTT head: it authenticates, checks every topic and keeps the sessions; what messages mean is the hub's to say. */
export interface MqttHead {
  /** Takes a connection on which TLS is done. */
  handle(connection: Duplex): void;
  /** Ends all connections. */
  close(): Promise<void>;
}

// CONNACK return codes of MQTT 3.1.1.
const badCredentials = 4;
const notAuthorized = 5;

/** Starts a broker; it listens nowhere by itself. */
export async function createMqttHead(options: MqttHeadOptions): Promise<MqttHead> {
  const { deviceId, clock, log } = options;
  const authenticated = new WeakMap<Client, ModuleRecord>();
  const wantsCleanSession = new WeakSet<Client>();
  const stopExpiry = new WeakMap<Client, () => void>();

  const recordOf = (clientId: string): ModuleRecord | undefined =>
    options.moduleOf(clientId.slice(clientId.indexOf('/') + 1));

  const broker = new EndpointBroker({
    persistence: createSessionPersistence({
      sessionOf: (clientId) => recordOf(clientId)?.session,
      onUnsubscribed: (clientId) => {
        const module = recordOf(clientId);
        if (module !== undefined && grantedQos(module.session, 'inputs') === undefined) module.queue.unlinked();
      },
    }),
    preConnect: (client, packet, done) => {
      // The hub keeps a session either way; a clean one begins with nothing subscribed.
      if (packet.clean === true) wantsCleanSession.add(client);
      packet.clean = false;
      done(null, true);
    },
    authenticate: (client, username, password, done) => {
      const found = authenticate(client.id, username, password);
      if ('reason' in found) {
        options.onRefused(found.moduleId, `connection refused: ${found.reason}`);
        done(connectError(found.returnCode, found.reason), null);
        return;
      }
      authenticated.set(client, found.module);
      if (wantsCleanSession.has(client)) found.module.session.subscriptions.clear();
      closeWhenExpired(client, found.module, found.expiryMs);
      done(null, true);
    },
    authorizePublish: (client, packet, done) => {
      const module = client === null ? undefined : authenticated.get(client);
      const reason = module === undefined ? 'it is not connected' : publish(module, packet);
      if (reason === undefined) done(null);
      else {
        const refusal = `publish refused: ${reason} (topic ${packet.topic})`;
        options.onRefused(module?.moduleId, refusal);
        done(new Error(refusal));
      }
    },
    authorizeSubscribe: (client, subscription, done) => {
      const module = authenticated.get(client);
      const kind = module && parseSubscription(subscription.topic, deviceId, module.moduleId);
      if (module === undefined || kind === undefined) {
        const refusal = `subscription refused: ${subscription.topic} is none of this module's topics`;
        options.onRefused(module?.moduleId, refusal);
        done(new Error(refusal));
        return;
      }
      module.session.subscriptions.set(subscription.topic, { kind, qos: subscription.qos });
      done(null, subscription);
    },
  });

  function authenticate(
    clientId: string,
    username: string | undefined,
    password: Buffer | undefined,
  ):
    | { readonly module: ModuleRecord; readonly expiryMs: number }
    | { readonly moduleId: string | undefined; readonly reason: string; readonly returnCode: number } {
    const claim = parseConnectIdentity(clientId, username);
    if (typeof claim === 'string') return { moduleId: undefined, reason: claim, returnCode: badCredentials };
    const { moduleId } = claim;
    const module = options.moduleOf(moduleId);
    if (claim.deviceId !== deviceId || module === undefined) {
      return { moduleId, reason: `there is no module ${claim.deviceId}/${moduleId}`, returnCode: notAuthorized };
    }
    if (claim.iotHubHostName.toLowerCase() !== options.iotHubHostName.toLowerCase()) {
      return { moduleId, reason: `the user name names the hub ${claim.iotHubHostName}`, returnCode: notAuthorized };
    }
    const expiryMs = verifySasToken(password?.toString() ?? '', { ...options, moduleId, key: module.key }, clock.now());
    if (typeof expiryMs === 'string') return { moduleId, reason: expiryMs, returnCode: notAuthorized };
    return { module, expiryMs };
  }

  function closeWhenExpired(client: Client, module: ModuleRecord, expiryMs: number): void {
    // Looks again when the time has come: a far expiry does not fit into one timer.
    const stop = clock.after(expiryMs - clock.now(), () => {
      if (clock.now() < expiryMs) closeWhenExpired(client, module, expiryMs);
      else {
        options.onRefused(module.moduleId, 'connection closed: the token expired');
        client.close();
      }
    });
    stopExpiry.set(client, stop);
  }

  function publish(module: ModuleRecord, packet: PublishPacket): string | undefined {
    if (packet.qos === 2) return 'quality of service 2 is not supported';
    const topic = parsePublishTopic(packet.topic, deviceId, module.moduleId);
    if (topic.kind === 'refused') return topic.reason;
    return options.onPublish(
      module,
      topic,
      Buffer.isBuffer(packet.payload) ? packet.payload : Buffer.from(packet.payload),
    );
  }

  function disconnected(client: Client, module: ModuleRecord): void {
    if (module.session.client !== client) return;
    module.session.client = undefined;
    module.session.sentIds.clear();
    module.queue.unlinked();
    options.onDisconnected(module);
  }

  function link(client: Client): void {
    const module = authenticated.get(client);
    if (module?.session.client !== client) return;
    if (grantedQos(module.session, 'inputs') !== undefined) module.queue.linked();
    options.onSubscribed(module);
  }

  broker.on('connackSent', (connack, client) => {
    const module = authenticated.get(client);
    if (module === undefined || connack.returnCode !== 0 || client.closed) return;
    // Removed since it authenticated.
    if (options.moduleOf(module.moduleId) !== module) {
      client.close();
      return;
    }
    // A takeover: aedes has closed the older connection already, and told so or will.
    if (module.session.client !== undefined) disconnected(module.session.client, module);
    module.session.client = client;
    options.onConnected(module);
  });
  broker.on('clientReady', link);
  broker.on('subscribe', (_subscriptions: Subscription[], client) => link(client));
  broker.on('ack', (packet, client) => {
    const module = authenticated.get(client);
    if (module === undefined || packet.messageId === undefined || !module.session.sentIds.has(packet.messageId)) return;
    module.session.sentIds.clear();
    module.queue.acknowledged();
  });
  broker.on('clientDisconnect', (client) => {
    stopExpiry.get(client)?.();
    const module = authenticated.get(client);
    if (module !== undefined) disconnected(client, module);
  });
  broker.on('clientError', (client, error) => log.debug({ client: client.id, err: error }, 'mqtt client error'));
  broker.on('connectionError', (_client, error) => log.debug({ err: error }, 'mqtt connection error'));

  await broker.listen();
  return {
    handle: (connection) => void broker.handle(connection),
    close: () =>
      new Promise((resolve) => {
        broker.close(resolve);
      }),
  };
}

function connectError(returnCode: number, reason: string): AuthenticateError {
  const error: Error & { returnCode?: number } = new Error(reason);
  error.returnCode = returnCode;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a const enum, without values at run time
  return error as AuthenticateError;
}
