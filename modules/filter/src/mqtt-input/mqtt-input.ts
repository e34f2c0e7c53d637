import { readFile } from 'node:fs/promises';
import type { CheckResult, Log } from '@companion/edge';
import { backoffMs, redactUrl, type Clock } from '@companion/foundation';
import { messageLimits } from '@companion/deepstream/message';
import { MqttClient, type IClientOptions } from 'mqtt';
import { BrokerStream, connectBroker } from './broker-stream.ts';
import { PacketLimiter, type LargeMessage } from './packet-limiter.ts';
import type { MqttSettings } from './settings.ts';

interface MqttInputOptions {
  readonly settings: MqttSettings;
  readonly clock: Clock;
  /** 0 up to 1. */
  readonly random: () => number;
  readonly log: Log;
  /** Must be quick and must not throw. */
  readonly onMessage: (body: Uint8Array) => void;
  /** A message that is too large to be taken; its contents were not kept. */
  readonly onLarge: (message: LargeMessage) => void;
  readonly reconnect?: { readonly baseMs: number; readonly capMs: number };
}

const connectTimeoutMs = 15_000;
/** A message with its topic and all properties. */
const maxPacketBytes = messageLimits.bytes + 64 * 1024;
const defaultReconnect = { baseMs: 500, capMs: 30_000 };

/**
 * Listens to a plain MQTT broker. Quality of service 0 and a clean session: frames that were missed are of no use later,
 * and a broker that brings them again would only be late.
 */
export class MqttInput {
  readonly #settings: MqttSettings;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #log: Log;
  readonly #onMessage: (body: Uint8Array) => void;
  readonly #onLarge: (message: LargeMessage) => void;
  readonly #reconnect: { readonly baseMs: number; readonly capMs: number };
  /** The broker's URL for people. */
  readonly #broker: string;
  /** The present connection, or the attempt at one. */
  #client: MqttClient | undefined;
  #state: { readonly connected: boolean; readonly detail: string } = { connected: false, detail: 'connecting' };
  /** Attempts in a row that failed. */
  #failures = 0;
  /** Cancels the next attempt. */
  #cancel: () => void = () => undefined;
  #stopped = false;

  constructor(options: MqttInputOptions) {
    const { settings, clock, random, log, onMessage, onLarge, reconnect = defaultReconnect } = options;
    this.#settings = settings;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
    this.#onMessage = onMessage;
    this.#onLarge = onLarge;
    this.#reconnect = reconnect;
    this.#broker = redactUrl(settings.url);
  }

  /** Whether messages can arrive now: connected and subscribed. */
  get connected(): boolean {
    return this.#state.connected;
  }

  /** Connects, and again after every end, with growing, jittered pauses. */
  start(): void {
    void this.#connect();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    this.#state = { connected: false, detail: 'stopped' };
    await this.#client?.endAsync(true);
  }

  /** For /healthz. */
  health(): CheckResult {
    return { ok: this.#state.connected, detail: this.#state.detail };
  }

  async #connect(): Promise<void> {
    try {
      const { url, caFile } = this.#settings;
      const options = await connectOptions(this.#settings, this.#random);
      const ca = caFile === undefined ? undefined : await readFile(caFile);
      if (!this.#stopped) this.#listen(new MqttClient((client) => this.#open(client, url, ca), options));
    } catch (error) {
      // A file that can't be read now may be there at the next try.
      this.#ended(error);
    }
  }

  #open(client: MqttClient, url: string, ca: Buffer | undefined): BrokerStream {
    const limiter = new PacketLimiter({ maxBytes: maxPacketBytes, onLarge: this.#onLarge });
    const stream = new BrokerStream(connectBroker(url, ca), (chunk) => limiter.push(chunk));
    // mqtt.js itself passes on only errors of sockets.
    stream.on('error', (error) => client.emit('error', error));
    return stream;
  }

  #listen(opened: MqttClient): void {
    const { topic } = this.#settings;
    this.#client = opened;
    let reason: unknown;
    opened.on('message', (_topic, payload) => this.#onMessage(payload));
    opened.on('connect', () => {
      opened.subscribe(topic, { qos: 0 }, (error, grants) => {
        const refused = grants?.some(({ qos }) => qos > 2);
        if (error === null && refused !== true) {
          this.#subscribed();
          return;
        }
        reason = error ?? new Error(`the broker refuses the subscription to ${topic}`);
        opened.end(true);
      });
    });
    opened.on('error', (error) => {
      reason = error;
      opened.end(true);
    });
    opened.once('close', () => {
      opened.end(true);
      if (this.#client === opened) this.#client = undefined;
      this.#ended(reason);
    });
  }

  #subscribed(): void {
    this.#failures = 0;
    this.#state = { connected: true, detail: `connected to ${this.#broker}` };
    this.#log.info({ broker: this.#broker, topic: this.#settings.topic }, 'listening to the broker');
  }

  #ended(error: unknown): void {
    if (this.#stopped) return;
    const broker = this.#broker;
    const what = error instanceof Error ? error.message : 'the connection has ended';
    if (this.#failures++ === 0) this.#log.warn({ broker, err: error }, 'no connection to the broker; trying again');
    this.#state = { connected: false, detail: `not connected to ${broker}: ${what}` };
    const pauseMs = backoffMs(this.#failures, { ...this.#reconnect, random: this.#random });
    this.#cancel = this.#clock.after(pauseMs, () => void this.#connect());
  }
}

async function connectOptions(settings: MqttSettings, random: () => number): Promise<IClientOptions> {
  const { username, passwordFile } = settings;
  const password =
    passwordFile === undefined ? settings.password : (await readFile(passwordFile, 'utf8')).replace(/\r?\n$/, '');
  return {
    // Two clients of one id throw each other out, so every connection has its own.
    clientId: `filter-${Math.floor(random() * 2 ** 48).toString(36)}-${process.pid}`,
    clean: true,
    // By ourselves: mqtt.js knows no jitter, and would keep the password that it was given first.
    reconnectPeriod: 0,
    connectTimeout: connectTimeoutMs,
    keepalive: 30,
    protocolVersion: 4,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
  };
}
