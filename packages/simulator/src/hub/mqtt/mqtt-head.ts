import type { AuthenticateError, Client, PublishPacket, Subscription } from 'aedes';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { Clock } from '@companion/foundation';
import type { ModuleRecord } from '../modules/module-record.ts';
import { parsePublishTopic, parseSubscription, type PublishTopic } from '../protocol/topics.ts';
import { authenticateModule, type Authenticated } from './authenticate-module.ts';
import { EndpointBroker } from './endpoint-broker.ts';
import { createSessionPersistence } from './session-persistence.ts';

/** What a module may publish. */
export type AcceptedTopic = Exclude<PublishTopic, { readonly kind: 'refused' }>;

/** The hub behind the head. */
export interface MqttHub {
  moduleOf(moduleId: string): ModuleRecord | undefined;
  /** Takes an authorized publish; the answer is why the connection shall be closed, or undefined when it is stored. */
  publish(module: ModuleRecord, topic: AcceptedTopic, body: Buffer): string | undefined;
  connected(module: ModuleRecord): void;
  /** The module is connected and its subscriptions are in force, or there are more of them. */
  subscribed(module: ModuleRecord): void;
  disconnected(module: ModuleRecord): void;
  refused(moduleId: string | undefined, reason: string): void;
}

export interface MqttHeadOptions {
  readonly deviceId: string;
  readonly iotHubHostName: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly hub: MqttHub;
}

/** What is known of a connection from its CONNECT on. */
interface Connection {
  readonly module: ModuleRecord;
  /** Cancels the timer that ends the connection with its token. */
  stopExpiry: () => void;
}

/** The MQTT head: it authenticates, checks every topic and keeps the sessions; what messages mean is the hub's to say. It listens nowhere by itself. */
export class MqttHead {
  readonly #options: MqttHeadOptions;
  readonly #broker: EndpointBroker;
  readonly #connections = new WeakMap<Client, Connection>();
  readonly #wantsCleanSession = new WeakSet<Client>();

  constructor(options: MqttHeadOptions) {
    this.#options = options;
    this.#broker = new EndpointBroker({
      persistence: createSessionPersistence({
        sessionOf: (clientId) => this.#recordOf(clientId)?.session,
        onUnsubscribed: (clientId) => this.#unsubscribed(clientId),
      }),
      preConnect: (client, packet, done) => {
        // The hub keeps a session either way; a clean one begins with nothing subscribed.
        if (packet.clean === true) this.#wantsCleanSession.add(client);
        packet.clean = false;
        done(null, true);
      },
      authenticate: (client, username, password, done) => {
        const refusal = this.#authenticate(client, username, password?.toString() ?? '');
        if (refusal === undefined) done(null, true);
        else done(refusal, null);
      },
      authorizePublish: (client, packet, done) => done(this.#authorizePublish(client, packet)),
      authorizeSubscribe: (client, subscription, done) => {
        const refusal = this.#authorizeSubscribe(client, subscription);
        if (refusal === undefined) done(null, subscription);
        else done(refusal);
      },
    });
  }

  /** Makes the broker ready to take connections. */
  async open(): Promise<void> {
    const broker = this.#broker;
    const { log } = this.#options;
    broker.on('connackSent', (connack, client) => {
      if (connack.returnCode === 0 && !client.closed) this.#connected(client);
    });
    broker.on('clientReady', (client) => this.#link(client));
    broker.on('subscribe', (_subscriptions: Subscription[], client) => this.#link(client));
    broker.on('ack', (packet, client) => this.#acknowledged(client, packet.messageId));
    broker.on('clientDisconnect', (client) => {
      const connection = this.#connections.get(client);
      connection?.stopExpiry();
      if (connection !== undefined) this.#disconnected(client, connection.module);
    });
    broker.on('clientError', (client, error) => log.debug({ client: client.id, err: error }, 'mqtt client error'));
    broker.on('connectionError', (_client, error) => log.debug({ err: error }, 'mqtt connection error'));
    await broker.listen();
  }

  /** Takes a connection on which TLS is done. */
  handle(connection: Duplex): void {
    this.#broker.handle(connection);
  }

  /** Ends all connections. */
  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#broker.close(resolve);
    });
  }

  #recordOf(clientId: string): ModuleRecord | undefined {
    return this.#options.hub.moduleOf(clientId.slice(clientId.indexOf('/') + 1));
  }

  #unsubscribed(clientId: string): void {
    const module = this.#recordOf(clientId);
    if (module !== undefined && module.session.grantedQos('inputs') === undefined) module.queue.unlinked();
  }

  #authenticate(client: Client, username: string | undefined, password: string): AuthenticateError | undefined {
    const { hub, clock } = this.#options;
    const found = authenticateModule(
      { clientId: client.id, username, password },
      { ...this.#options, moduleOf: (moduleId) => hub.moduleOf(moduleId), nowMs: clock.now() },
    );
    if ('reason' in found) {
      hub.refused(found.moduleId, `connection refused: ${found.reason}`);
      return connectError(found.returnCode, found.reason);
    }
    if (this.#wantsCleanSession.has(client)) found.module.session.subscriptions.clear();
    const connection = { module: found.module, stopExpiry: () => undefined };
    this.#connections.set(client, connection);
    this.#closeWhenExpired(client, connection, found);
    return undefined;
  }

  #closeWhenExpired(client: Client, connection: Connection, { module, expiryMs }: Authenticated): void {
    const { hub, clock } = this.#options;
    // Checks again when the time has come: the time of day may have been set back.
    connection.stopExpiry = clock.after(expiryMs - clock.now(), () => {
      if (clock.now() < expiryMs) this.#closeWhenExpired(client, connection, { module, expiryMs });
      else {
        hub.refused(module.moduleId, 'connection closed: the token expired');
        client.close();
      }
    });
  }

  #authorizePublish(client: Client | null, packet: PublishPacket): Error | null {
    const module = client === null ? undefined : this.#connections.get(client)?.module;
    const reason = module === undefined ? 'it is not connected' : this.#publish(module, packet);
    if (reason === undefined) return null;
    const refusal = `publish refused: ${reason} (topic ${packet.topic})`;
    this.#options.hub.refused(module?.moduleId, refusal);
    return new Error(refusal);
  }

  #publish(module: ModuleRecord, { qos, topic, payload }: PublishPacket): string | undefined {
    if (qos === 2) return 'quality of service 2 is not supported';
    const parsed = parsePublishTopic(topic, this.#options.deviceId, module.moduleId);
    if (parsed.kind === 'refused') return parsed.reason;
    return this.#options.hub.publish(module, parsed, Buffer.isBuffer(payload) ? payload : Buffer.from(payload));
  }

  #authorizeSubscribe(client: Client, { topic, qos }: Subscription): Error | undefined {
    const module = this.#connections.get(client)?.module;
    const kind = module && parseSubscription(topic, this.#options.deviceId, module.moduleId);
    if (module === undefined || kind === undefined) {
      const refusal = `subscription refused: ${topic} is none of this module's topics`;
      this.#options.hub.refused(module?.moduleId, refusal);
      return new Error(refusal);
    }
    module.session.subscriptions.set(topic, { kind, qos });
    return undefined;
  }

  #connected(client: Client): void {
    const { hub } = this.#options;
    const module = this.#connections.get(client)?.module;
    if (module === undefined) return;
    // Removed since it authenticated.
    if (hub.moduleOf(module.moduleId) !== module) {
      client.close();
      return;
    }
    // A takeover: aedes has closed the older connection already, and told so or will.
    if (module.session.client !== undefined) this.#disconnected(module.session.client, module);
    module.session.client = client;
    hub.connected(module);
  }

  #link(client: Client): void {
    const module = this.#connections.get(client)?.module;
    if (module?.session.client !== client) return;
    if (module.session.grantedQos('inputs') !== undefined) module.queue.linked();
    this.#options.hub.subscribed(module);
  }

  #acknowledged(client: Client, messageId: number | undefined): void {
    const module = this.#connections.get(client)?.module;
    if (module === undefined || messageId === undefined || !module.session.sentIds.has(messageId)) return;
    module.session.sentIds.clear();
    module.queue.acknowledged();
  }

  #disconnected(client: Client, module: ModuleRecord): void {
    if (module.session.client !== client) return;
    module.session.client = undefined;
    module.session.sentIds.clear();
    module.queue.unlinked();
    this.#options.hub.disconnected(module);
  }
}

function connectError(returnCode: number, reason: string): AuthenticateError {
  const error: Error & { returnCode?: number } = new Error(reason);
  error.returnCode = returnCode;
  // eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment -- a const enum, without values at run time
  return error as AuthenticateError;
}
