import { readFile } from 'node:fs/promises';
import type { CheckResult, Log } from '@companion/edge';
import { backoffMs, redactUrl, type Clock } from '@companion/foundation';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import type { MqttSettings } from './settings.ts';

/** Listens to a plain MQTT broker. */
export interface MqttInput {
  /** Whether messages can arrive now: connected and subscribed. */
  readonly connected: boolean;
  /** Connects, and again after every end, with growing, jittered pauses. */
  start(): void;
  stop(): Promise<void>;
  /** For /healthz. */
  health(): CheckResult;
}

interface MqttInputOptions {
  readonly settings: MqttSettings;
  readonly clock: Clock;
  /** 0 up to 1. */
  readonly random: () => number;
  readonly log: Log;
  /** Must be quick and must not throw. */
  readonly onMessage: (body: Uint8Array) => void;
  readonly reconnect?: { readonly baseMs: number; readonly capMs: number };
}

const connectTimeoutMs = 15_000;
const defaultReconnect = { baseMs: 500, capMs: 30_000 };

/**
 * Makes an input for a broker. Quality of service 0 and a clean session: frames that were missed are of no use later,
 * and a broker that brings them again would only be late.
 */
export function createMqttInput({
  settings,
  clock,
  random,
  log,
  onMessage,
  reconnect = defaultReconnect,
}: MqttInputOptions): MqttInput {
  const broker = redactUrl(settings.url);
  const { topic } = settings;
  let client: MqttClient | undefined;
  let state: { readonly connected: boolean; readonly detail: string } = { connected: false, detail: 'connecting' };
  let failures = 0;
  let cancel: () => void = () => undefined;
  let stopped = false;

  async function connect(): Promise<void> {
    try {
      const options = await connectOptions(settings, random);
      if (!stopped) listen(mqtt.connect(settings.url, options));
    } catch (error) {
      // A file that can't be read now may be there at the next try.
      ended(error);
    }
  }

  function listen(opened: MqttClient): void {
    client = opened;
    let reason: unknown;
    opened.on('message', (_topic, payload) => onMessage(payload));
    opened.on('connect', () => {
      opened.subscribe(topic, { qos: 0 }, (error, grants) => {
        const refused = grants?.some(({ qos }) => qos > 2);
        if (error === null && refused !== true) {
          subscribed();
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
      if (client === opened) client = undefined;
      ended(reason);
    });
  }

  function subscribed(): void {
    failures = 0;
    state = { connected: true, detail: `connected to ${broker}` };
    log.info({ broker, topic }, 'listening to the broker');
  }

  function ended(error: unknown): void {
    if (stopped) return;
    const what = error instanceof Error ? error.message : 'the connection has ended';
    if (failures++ === 0) log.warn({ broker, err: error }, 'no connection to the broker; trying again');
    state = { connected: false, detail: `not connected to ${broker}: ${what}` };
    cancel = clock.after(backoffMs(failures, { ...reconnect, random }), () => void connect());
  }

  return {
    get connected() {
      return state.connected;
    },
    start: () => void connect(),
    async stop() {
      stopped = true;
      cancel();
      state = { connected: false, detail: 'stopped' };
      await client?.endAsync(true);
    },
    health: () => ({ ok: state.connected, detail: state.detail }),
  };
}

async function connectOptions(settings: MqttSettings, random: () => number): Promise<IClientOptions> {
  const { username, passwordFile, caFile } = settings;
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
    ...(caFile === undefined ? {} : { ca: await readFile(caFile) }),
  };
}
