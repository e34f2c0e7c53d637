import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { encodeMinimal, parseMessage } from '@companion/deepstream/message';
import { createLog } from '@companion/edge';
import type { JsonObject } from '@companion/foundation';
import { systemClock } from '@companion/foundation/node';
import { Aedes } from 'aedes';
import mqtt from 'mqtt';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { MqttInput } from './mqtt-input.ts';
import type { LargeMessage } from './packet-limiter.ts';
import type { MqttSettings } from './settings.ts';

const topic = 'detections/+';
let folder: string;
let received: string[];
let bodies: Uint8Array[];
let large: LargeMessage[];
let logged: JsonObject[];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mqtt-'));
  received = [];
  bodies = [];
  large = [];
  logged = [];
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const until = (what: () => boolean) => vi.waitUntil(what, { timeout: 10_000, interval: 5 });

function listen(settings: Partial<MqttSettings> & { readonly url: string }): MqttInput {
  const write = (line: string): void => void logged.push(JSON.parse(line) as JsonObject);
  const input = new MqttInput({
    settings: {
      topic,
      username: undefined,
      password: undefined,
      passwordFile: undefined,
      caFile: undefined,
      ...settings,
    },
    clock: systemClock,
    random: Math.random,
    log: createLog({ module: 'filter', level: 'info', destination: { write } }),
    onMessage(body) {
      bodies.push(body);
      received.push(Buffer.from(body).toString());
    },
    onLarge: (message) => void large.push(message),
    reconnect: { baseMs: 20, capMs: 100 },
  });
  input.start();
  onTestFinished(() => input.stop());
  return input;
}

interface Broker {
  readonly aedes: Aedes;
  readonly port: number;
  publish(payload: string | Buffer): void;
  /** Ends every connection and listens no more. */
  close(): Promise<void>;
}

/** A real broker in this process. */
async function startBroker(options: {
  readonly port?: number;
  readonly password?: () => string;
  readonly tls?: { readonly key: string; readonly cert: string };
}): Promise<Broker> {
  const { password, tls } = options;
  const aedes = await Aedes.createBroker(
    password && {
      authenticate: (_client, username, given, done) => {
        done(null, username === 'camera' && given?.toString() === password());
      },
    },
  );
  const server: Server = tls ? createTlsServer(tls, aedes.handle) : createServer(aedes.handle);
  server.listen(options.port ?? 0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    await new Promise<void>((resolve) => {
      aedes.close(() => resolve());
    });
  };
  onTestFinished(close);
  return {
    aedes,
    port: (server.address() as AddressInfo).port,
    publish(payload) {
      aedes.publish(
        { cmd: 'publish', topic: 'detections/yard', payload, qos: 0, retain: false, dup: false },
        () => undefined,
      );
    },
    close,
  };
}

const frame = encodeMinimal({ sensor: 'Yard', timeMs: 0, frameNumber: '1', detections: [] });
/** As DEEPSTREAM_ENABLE_SENSOR_ID_EXTRACTION=1 has the adapter write it: payload, key, time of sending. */
const wrapped = Buffer.concat([
  Buffer.from([0x0a, frame.length]),
  Buffer.from(frame),
  Buffer.from('\x12\x04Yard\x1a\x142026-11-27T12:00:00Z'),
]);

describe('the MQTT input', () => {
  test('hands over what is published under its topic', async () => {
    const broker = await startBroker({});
    const input = listen({ url: `mqtt://127.0.0.1:${broker.port}` });
    await until(() => input.connected);
    for (let n = 0; n < 100; n++) broker.publish(`${n}`);
    await until(() => received.length === 100);
    expect(received).toEqual(Array.from({ length: 100 }, (_, n) => `${n}`));
    expect(input.health()).toEqual({ ok: true, detail: `connected to mqtt://127.0.0.1:${broker.port}` });
  });

  test('hands over to the byte what DeepStream’s adapter wraps in protobuf, and it is read', async () => {
    const broker = await startBroker({});
    const input = listen({ url: `mqtt://127.0.0.1:${broker.port}` });
    await until(() => input.connected);
    broker.publish(wrapped);
    await until(() => bodies.length === 1);
    expect(parseMessage(bodies[0] ?? '')).toMatchObject({ ok: true, frames: [{ sensor: 'Yard' }] });
  });

  test('comes back when the broker does, and says it once each way', async () => {
    const broker = await startBroker({});
    const { port } = broker;
    const input = listen({ url: `mqtt://127.0.0.1:${port}` });
    await until(() => input.connected);
    await broker.close();
    await until(() => !input.connected);
    expect(input.health().ok).toBe(false);
    const again = await startBroker({ port });
    await until(() => input.connected);
    again.publish('after');
    await until(() => received.length === 1);
    expect(logged.map(({ level }) => level)).toEqual(['info', 'warn', 'info']);
  });

  test('keeps trying with a wrong password, and takes a new one from its file without a restart', async () => {
    const passwordFile = join(folder, 'password');
    await writeFile(passwordFile, 'old\n');
    const broker = await startBroker({ password: () => 'new' });
    const input = listen({ url: `mqtt://127.0.0.1:${broker.port}`, username: 'camera', passwordFile });
    await until(() => logged.length > 0);
    expect(input.health().detail).toMatch(/Not authorized/);
    await writeFile(passwordFile, 'new\n');
    await until(() => input.connected);
  });

  test('waits for files that are not there yet', async () => {
    const passwordFile = join(folder, 'late');
    const broker = await startBroker({ password: () => 'p' });
    const input = listen({ url: `mqtt://127.0.0.1:${broker.port}`, username: 'camera', passwordFile });
    await until(() => logged.length > 0);
    await writeFile(passwordFile, 'p');
    await until(() => input.connected);
  });

  test('ends while it connects', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const input = listen({ url: `mqtt://127.0.0.1:${(silent.address() as AddressInfo).port}` });
    await once(silent, 'connection');
    await input.stop();
    expect(input.connected).toBe(false);
  });
});

const hasOpenssl = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(!hasOpenssl)('the MQTT input over TLS (needs openssl)', () => {
  async function certificate() {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert],
    ]);
    if (made.status !== 0) throw new Error(made.stderr.toString());
    return { caFile: cert, tls: { key: await readFile(key, 'utf8'), cert: await readFile(cert, 'utf8') } };
  }

  test('trusts the authority that it is given, and no other', async () => {
    const { caFile, tls } = await certificate();
    const broker = await startBroker({ tls });
    const url = `mqtts://localhost:${broker.port}`;
    const trusting = listen({ url, caFile });
    await until(() => trusting.connected);
    broker.publish('secret');
    await until(() => received.length === 1);
    const distrusting = listen({ url });
    await until(() => distrusting.health().detail?.includes('self-signed') === true);
    expect(distrusting.connected).toBe(false);
  });
});

const hasMosquitto = spawnSync('mosquitto', ['-h']).error === undefined;

describe.skipIf(!hasMosquitto)('the MQTT input at mosquitto (needs the mosquitto broker)', () => {
  /** Starts it, and again at each call. */
  async function mosquitto(): Promise<{ readonly url: string; readonly start: () => ChildProcess }> {
    const probe = createServer().listen(0, '127.0.0.1');
    await once(probe, 'listening');
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const config = join(folder, 'mosquitto.conf');
    await writeFile(config, `listener ${port} 127.0.0.1\nallow_anonymous true\n`);
    const start = (): ChildProcess => {
      const broker = spawn('mosquitto', ['-c', config], { stdio: 'ignore' });
      onTestFinished(() => void broker.kill('SIGKILL'));
      return broker;
    };
    return { url: `mqtt://127.0.0.1:${port}`, start };
  }

  test.each([4, 5] as const)('keeps nothing of a message of 8 MB (protocol %i of the publisher)', async (version) => {
    const { url, start } = await mosquitto();
    start();
    const input = listen({ url });
    await until(() => input.connected);
    const client = await mqtt.connectAsync(url, { protocolVersion: version });
    onTestFinished(() => client.endAsync(true));
    await client.publishAsync('detections/yard', 'before', { qos: 0 });
    await client.publishAsync('detections/yard', Buffer.alloc(8_000_000, 97), { qos: 1 });
    await client.publishAsync('detections/yard', 'after', { qos: 1 });
    await until(() => received.length === 2);
    expect(received).toEqual(['before', 'after']);
    expect(large).toEqual([{ topic: 'detections/yard', sizeBytes: 8_000_017 }]);
    expect(input.connected).toBe(true);
  });

  test('hands over what is published, in version 5 too, and comes back after a restart of the broker', async () => {
    const { url, start } = await mosquitto();
    let broker = start();
    const input = listen({ url });
    const publish = async (text: string): Promise<void> => {
      const client = await mqtt.connectAsync(url, { protocolVersion: 4 });
      await client.publishAsync('detections/yard', text, { qos: 1 });
      await client.endAsync();
    };
    await until(() => input.connected);
    await publish('one');
    await until(() => received.length === 1);
    broker.kill('SIGKILL');
    await until(() => !input.connected);
    broker = start();
    await until(() => input.connected);
    await publish('two');
    await until(() => received.length === 2);
    expect(received).toEqual(['one', 'two']);
    // DeepStream's adapter speaks version 5 alone, with quality of service 0.
    const deepStream = await mqtt.connectAsync(url, { protocolVersion: 5 });
    await deepStream.publishAsync('detections/yard', wrapped, { qos: 0 });
    await deepStream.endAsync();
    await until(() => bodies.length === 3);
    expect(parseMessage(bodies[2] ?? '')).toMatchObject({ ok: true, frames: [{ sensor: 'Yard' }] });
  });
});
