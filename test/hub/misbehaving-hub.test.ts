import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { Aedes, type Client } from 'aedes';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { AzureHub, createLog, type AzureHubOptions, type Hub } from '@companion/edge';
import { createServerCertificate } from '@companion/simulator/testing';

/** What the hub answers to a twin request: a status and a body, or nothing at all. */
type Answer = { readonly status: number; readonly body: string } | 'silence';

function twin(version: number, desired: object = {}, reported: object = {}): Answer {
  return {
    status: 200,
    body: JSON.stringify({ desired: { ...desired, $version: version }, reported: { ...reported, $version: 1 } }),
  };
}

const input = 'devices/d/modules/m/inputs/in/a=b';

/** A bare broker over TLS that lets everybody in and answers about twins what the test says: what a real hub does on bad days. */
let answerGet: (asked: number) => Answer;
let answerPatch: (asked: number) => Answer;
let gets: number;
let patches: number;
let connects: number;
let ignoredConnects: number;
let silentlyTaken: boolean;
let drop: () => void;
let subscriptions: string[];
let acknowledged: number;
let publish: (topic: string, payload: string, qos?: 0 | 1) => Promise<void>;
let lines: Record<string, unknown>[];

beforeEach(async () => {
  lines = [];
  gets = 0;
  patches = 0;
  connects = 0;
  subscriptions = [];
  acknowledged = 0;
  ignoredConnects = 0;
  silentlyTaken = false;
  answerGet = () => twin(1);
  answerPatch = () => ({ status: 204, body: '' });
  const folder = await mkdtemp(join(tmpdir(), 'bad-hub-'));
  const broker = await Aedes.createBroker({
    // Without its callback there is no CONNACK, as edgeHub 1.6.0 and 1.6.1 lose it.
    preConnect: (_client, _packet, done) => {
      if (ignoredConnects === 0) done(null, true);
      else ignoredConnects -= 1;
    },
    // Without its callback there is no PUBACK.
    authorizePublish: (_client, { topic }, done) => {
      if (!silentlyTaken || topic.startsWith('$')) done(null);
    },
  });
  const certificate = await createServerCertificate(['localhost'], Date.now());
  const server = createServer({ key: certificate.keyPem, cert: certificate.certificatePem }, broker.handle);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(async () => {
    await new Promise<void>((resolve) => broker.close(resolve));
    server.close();
    await rm(folder, { recursive: true, force: true });
  });
  let current: Client | undefined;
  publish = (topic, payload, qos = 0) =>
    new Promise((resolve, reject) => {
      const packet = { cmd: 'publish' as const, topic, payload, qos, dup: false, retain: false };
      current?.publish(packet, (error) => (error ? reject(error) : resolve()));
    });
  drop = () => current?.close();
  broker.on('ack', () => {
    acknowledged += 1;
  });
  broker.on('subscribe', (topics) => {
    subscriptions.push(...topics.map(({ topic }) => topic));
  });
  broker.on('client', (client) => {
    connects += 1;
    current = client;
  });
  broker.on('publish', ({ topic }) => {
    const request = /^\$iothub\/twin\/(GET|PATCH)\/.*\?\$rid=(.+)$/.exec(topic);
    if (request === null) return;
    const answer = request[1] === 'GET' ? answerGet((gets += 1)) : answerPatch((patches += 1));
    if (answer !== 'silence') void publish(`$iothub/twin/res/${answer.status}/?$rid=${request[2] ?? ''}`, answer.body);
  });
  await writeFile(join(folder, 'ca.pem'), certificate.caCertificatePem);
  const { port } = server.address() as AddressInfo;
  const key = Buffer.alloc(32).toString('base64');
  vi.stubEnv('EdgeModuleCACertificateFile', join(folder, 'ca.pem'));
  vi.stubEnv(
    'EdgeHubConnectionString',
    `HostName=h;DeviceId=d;ModuleId=m;SharedAccessKey=${key};GatewayHostName=localhost:${port}`,
  );
});

afterEach(() => {
  vi.unstubAllEnvs();
});

function createHub(options: Partial<AzureHubOptions> = {}): Hub {
  const destination = { write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>) };
  const log = createLog({ module: 'm', level: 'info', destination });
  const hub = new AzureHub({ log, reconnectBaseMs: 20, reconnectCapMs: 100, ...options });
  onTestFinished(() => hub.stop());
  return hub;
}

async function until(what: () => boolean): Promise<void> {
  await vi.waitUntil(what, { timeout: 10_000, interval: 5 });
}

describe('a hub that gives no twin', () => {
  test('but an error with an empty body is asked again, and the process lives', async () => {
    answerGet = (asked) => (asked < 3 ? { status: 500, body: '' } : twin(4, { mode: 'on' }));
    const hub = createHub();
    await hub.start();
    await until(() => hub.desired !== undefined);
    expect(hub.desired).toEqual({ version: 4, properties: { mode: 'on' } });
  });

  test('but one without a version is not believed', async () => {
    answerGet = () => ({ status: 200, body: '{"desired":{},"reported":{}}' });
    const hub = createHub();
    await hub.start();
    expect(hub.desired).toBeUndefined();
  });

  test('but no answer at all gets a new connection, because this one is deaf', async () => {
    answerGet = (asked) => (asked === 1 ? 'silence' : twin(2));
    const hub = createHub({ requestTimeoutMs: 100 });
    await hub.start();
    await until(() => hub.desired?.version === 2);
    expect(connects).toBe(2);
  });

  test('but an older or empty one changes nothing', async () => {
    answerGet = (asked) => (asked === 1 ? twin(7, { mode: 'on' }) : twin(0));
    const hub = createHub();
    await hub.start();
    await publish('$iothub/twin/PATCH/properties/desired/?$version=8', '{"$version":8}');
    await until(() => gets === 2);
    expect(hub.desired).toEqual({ version: 7, properties: { mode: 'on' } });
  });
});

describe('a hub whose versions go back', () => {
  test('by notifications alone is asked once for a flood of them, and the connection stays', async () => {
    answerGet = () => twin(7, { mode: 'on' });
    const hub = createHub();
    await hub.start();
    for (let version = 0; version <= 7; version += 1) {
      for (let time = 0; time < 20; time += 1) {
        await publish(`$iothub/twin/PATCH/properties/desired/?$version=${version}`, `{"$version":${version}}`);
      }
    }
    await publish(input, 'behind them', 1);
    await until(() => acknowledged === 1);
    expect(gets).toBe(2);
    expect(connects).toBe(1);
    expect(hub.desired).toEqual({ version: 7, properties: { mode: 'on' } });
  });

  test('for a moment, until a fresh connection says otherwise, changes nothing', async () => {
    answerGet = (asked) => (asked === 2 ? twin(3, { mode: 'older' }) : twin(7, { mode: 'on' }));
    const hub = createHub();
    const versions: number[] = [];
    hub.onDesired(({ version }) => versions.push(version));
    await hub.start();
    await publish('$iothub/twin/PATCH/properties/desired/?$version=3', '{"$version":3}');
    await until(() => connects === 2 && gets === 3);
    await until(() => lines.some((line) => line['version'] === 3));
    expect(versions).toEqual([7]);
  });

  test('on and on costs at most one connection a minute', async () => {
    answerGet = (asked) => (asked % 2 === 0 ? twin(3, { mode: 'older' }) : twin(7, { mode: 'on' }));
    const hub = createHub({ twinRefreshMs: 20 });
    await hub.start();
    await until(() => gets > 12);
    expect(connects).toBe(2);
  });

  test('to an empty twin without a version of its own, as edgeHub gives it offline, is never believed', async () => {
    answerGet = (asked) => (asked === 1 ? twin(7, { mode: 'on' }) : twin(0));
    const hub = createHub();
    await hub.start();
    drop();
    await until(() => gets === 2);
    await until(() => hub.connection === 'connected');
    expect(hub.desired).toEqual({ version: 7, properties: { mode: 'on' } });
  });
});

describe('a hub that skips notifications', () => {
  test('is asked on a timer', async () => {
    answerGet = (asked) => twin(asked, { asked });
    const hub = createHub({ twinRefreshMs: 40 });
    await hub.start();
    await until(() => (hub.desired?.version ?? 0) >= 3);
  });
});

describe('a hub that refuses a report', () => {
  test('with an empty body is taken at its status, which the SDK ignores', async () => {
    answerPatch = () => ({ status: 400, body: '' });
    const hub = createHub();
    await hub.start();
    await expect(hub.report({ a: 1 })).rejects.toMatchObject({ code: 'REPORT_REJECTED', facts: { status: 400 } });
    expect(hub.reported).toEqual({});
  });

  test('for now is asked again', async () => {
    answerPatch = (asked) => ({ status: asked === 1 ? 429 : 204, body: '' });
    const hub = createHub();
    await hub.start();
    await hub.report({ a: 1 });
    expect(patches).toBe(2);
    expect(hub.reported).toEqual({ a: 1 });
  });
});

describe('a message that is broken', () => {
  test.each([
    ['a desired patch that is no JSON', '$iothub/twin/PATCH/properties/desired/?$version=2', '{'],
    ['a twin response that is no JSON', '$iothub/twin/res/200/?$rid=1', '{'],
    ['a property with a lone percent sign', 'devices/d/modules/m/inputs/in/%25.cdid=d&a=%', 'x'],
    ['a method call without a name', '$iothub/methods/POST/', 'x'],
  ])('does not end the process: %s', async (_, topic, payload) => {
    const hub = createHub();
    const received: string[] = [];
    hub.onInput('in', ({ body }) => void received.push(Buffer.from(body).toString()));
    hub.onMethod('stats', () => ({ status: 200, payload: null }));
    await hub.start();
    await publish(topic, payload);
    await publish(input, 'next', 1);
    await until(() => received.includes('next'));
    expect(hub.connection).toBe('connected');
  });
});

describe('a message that comes twice', () => {
  test('around a reconnect is handled once; the same content later is a message of its own', async () => {
    const hub = createHub();
    const received: string[] = [];
    hub.onInput('in', ({ body }) => void received.push(Buffer.from(body).toString()));
    await hub.start();
    await publish(input, 'one', 1);
    // Without the acknowledgement the broker would add a repetition of its own.
    await until(() => received.length === 1 && acknowledged === 1);
    drop();
    await until(() => hub.connection === 'disconnected');
    await until(() => hub.connection === 'connected');
    await publish(input, 'one', 1);
    await publish(input, 'one', 1);
    await publish(input, 'two', 1);
    await until(() => received.includes('two'));
    expect(received).toEqual(['one', 'one', 'two']);
  });
});

describe('a hub that restarts and has forgotten the session', () => {
  test('is subscribed anew: twin, inputs and methods', async () => {
    const hub = createHub();
    const received: string[] = [];
    const called: unknown[] = [];
    hub.onInput('in', ({ body }) => void received.push(Buffer.from(body).toString()));
    hub.onMethod('stats', (payload) => {
      called.push(payload);
      return { status: 200, payload: null };
    });
    await hub.start();
    drop();
    await until(() => hub.connection === 'disconnected');
    await until(() => hub.connection === 'connected');
    answerGet = () => twin(5);
    await publish('$iothub/twin/PATCH/properties/desired/?$version=5', '{"$version":5}');
    await publish(input, 'one', 1);
    await publish('$iothub/methods/POST/stats/?$rid=1', '{"a":1}');
    await until(() => hub.desired?.version === 5 && received.length === 1 && called.length === 1);
    expect(called).toEqual([{ a: 1 }]);
    expect(subscriptions.slice(-3).sort()).toEqual([
      '$iothub/methods/POST/#',
      '$iothub/twin/res/#',
      'devices/d/modules/m/inputs/#',
    ]);
  });
});

describe('a hub that does not answer', () => {
  test('to CONNECT is left and tried again', async () => {
    ignoredConnects = 2;
    const hub = createHub({ connectTimeoutMs: 400 });
    await hub.start();
    expect(lines.filter((line) => line['code'] === 'HUB_TIMEOUT')).toHaveLength(1);
    expect(connects).toBe(1);
  });

  test('to a message fails the send in time, and gets a new connection where it acknowledges nothing at all', async () => {
    const hub = createHub({ sendTimeoutMs: 150 });
    await hub.start();
    silentlyTaken = true;
    await expect(hub.send('events', { body: 'x' })).rejects.toMatchObject({ code: 'SEND_TIMEOUT', retryable: true });
    silentlyTaken = false;
    await until(() => connects === 2);
    await hub.send('events', { body: 'x' });
  });

  test('does not keep stop waiting', async () => {
    const hub = createHub();
    await hub.start();
    silentlyTaken = true;
    answerPatch = () => 'silence';
    const sent = expect(hub.send('events', { body: 'x' })).rejects.toMatchObject({ code: 'CONNECTION_LOST' });
    const reported = expect(hub.report({ a: 1 })).rejects.toMatchObject({ code: 'STOPPED' });
    const began = Date.now();
    await hub.stop();
    expect(Date.now() - began).toBeLessThan(8000);
    await Promise.all([sent, reported]);
  });
});
