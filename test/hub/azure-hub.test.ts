import { spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { AzureHub, createLog, Metrics, type AzureHubOptions } from '@companion/edge';
import type { DesiredDocument, Hub, InputMessage, OutputMessage } from '@companion/edge';
import { HubServer, type ModuleIdentity } from '@companion/simulator';

const deviceId = 'jetson';
const iotHubHostName = 'simulated.azure-devices.net';
const timeToLiveSecs = 7200;

/** One simulator hub with the module `filter` for each test; the modules talk to it over real TLS. */
let server: HubServer;
let identity: ModuleIdentity;
let folder: string;
let lines: string[];
let sourceKey: string;

beforeEach(async () => {
  lines = [];
  folder = await mkdtemp(join(tmpdir(), 'hub-'));
  const log = createLog({ module: 'hub', level: 'silent' });
  server = new HubServer({ deviceId, iotHubHostName, log, workloadSocketPath: join(folder, 'w.sock') });
  const { port, caCertificatePem } = await server.start();
  identity = server.addModule('filter', { mode: 'first' });
  vi.stubEnv('EdgeHubConnectionString', '');
  vi.stubEnv('IOTEDGE_WORKLOADURI', `unix://${join(folder, 'w.sock')}`);
  vi.stubEnv('IOTEDGE_DEVICEID', deviceId);
  vi.stubEnv('IOTEDGE_MODULEID', 'filter');
  vi.stubEnv('IOTEDGE_IOTHUBHOSTNAME', iotHubHostName);
  vi.stubEnv('IOTEDGE_AUTHSCHEME', 'sasToken');
  vi.stubEnv('IOTEDGE_MODULEGENERATIONID', identity.generationId);
  vi.stubEnv('IOTEDGE_GATEWAYHOSTNAME', `localhost:${port}`);
  await writeFile(join(folder, 'ca.pem'), caCertificatePem);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

function useConnectionString(text: string): void {
  vi.stubEnv('EdgeHubConnectionString', text);
  vi.stubEnv('EdgeModuleCACertificateFile', join(folder, 'ca.pem'));
}

/** A hub that comes back fast; it is stopped when the test ends. */
function createHub(options: Partial<AzureHubOptions> = {}): Hub {
  const log = createLog({ module: 'filter', level: 'info', destination: { write: (line) => lines.push(line) } });
  const hub = new AzureHub({ log, reconnectBaseMs: 20, reconnectCapMs: 200, ...options });
  onTestFinished(() => hub.stop());
  return hub;
}

function logged(level: string): readonly Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line['level'] === level);
}

async function until(what: () => boolean, timeout = 10_000): Promise<void> {
  await vi.waitUntil(what, { timeout, interval: 5 });
}

function collectDesired(hub: Hub): DesiredDocument[] {
  const documents: DesiredDocument[] = [];
  hub.onDesired((document) => documents.push(document));
  return documents;
}

function textOf(message: Pick<InputMessage, 'body'>): string {
  return Buffer.from(message.body).toString();
}

describe('identity', () => {
  test('comes from the workload API, as edgeAgent gives it', async () => {
    const hub = createHub();
    await hub.start();
    expect(hub.connection).toBe('connected');
    expect(hub.desired?.properties).toEqual({ mode: 'first' });
  });

  test('comes from a connection string and a CA file, for debugging', async () => {
    useConnectionString(identity.connectionString);
    const hub = createHub();
    await hub.start();
    expect(hub.desired?.properties).toEqual({ mode: 'first' });
  });

  test('that the hub refuses is one clear error, not "not connected" and not tried for ever', async () => {
    const wrongKey = Buffer.alloc(32, 7).toString('base64');
    useConnectionString(identity.connectionString.replace(identity.primaryKey, wrongKey));
    const hub = createHub({ refusalsAtStart: 3 });
    await expect(hub.start()).rejects.toMatchObject({
      code: 'UNAUTHORIZED',
      message: /wrong key/ as unknown as string,
    });
    expect(logged('warn')).toHaveLength(1);
    expect(logged('error')).toEqual([]);
  });

  test('with a CA that did not sign the hub is told as TLS, and the hub is tried again', async () => {
    const other = new HubServer({
      deviceId,
      iotHubHostName,
      log: createLog({ module: 'other', level: 'silent' }),
      workloadSocketPath: join(folder, 'o.sock'),
    });
    onTestFinished(() => other.stop());
    const foreign = await other.start();
    const caFile = join(folder, 'ca.pem');
    useConnectionString(identity.connectionString);
    const right = await readFile(caFile, 'utf8');
    await writeFile(caFile, foreign.caCertificatePem);
    const hub = createHub();
    const started = hub.start();
    await until(() => logged('warn').some((line) => line['code'] === 'TLS_UNTRUSTED'));
    await writeFile(caFile, right);
    await started;
    expect(hub.connection).toBe('connected');
  });

  test('whose CA file is missing can not get better by itself', async () => {
    useConnectionString(identity.connectionString);
    vi.stubEnv('EdgeModuleCACertificateFile', join(folder, 'none.pem'));
    await expect(createHub().start()).rejects.toMatchObject({ code: 'ENVIRONMENT_INVALID', retryable: false });
  });
});

describe('a hub that is not there', () => {
  test('is named with its true cause and tried until it is', async () => {
    await server.stop();
    useConnectionString(identity.connectionString);
    const hub = createHub();
    const started = hub.start();
    await until(() => logged('warn').length > 0);
    expect(logged('warn')[0]).toMatchObject({ code: 'HUB_UNREACHABLE', found: 'ECONNREFUSED' });
    await server.start();
    await started;
    expect(hub.connection).toBe('connected');
  });

  test('does not keep stop waiting', async () => {
    await server.stop();
    useConnectionString(identity.connectionString);
    const hub = createHub({ reconnectBaseMs: 60_000, reconnectCapMs: 60_000, random: () => 1 });
    const started = expect(hub.start()).rejects.toMatchObject({ code: 'STOPPED' });
    const sent = expect(hub.send('o', { body: 'x' })).rejects.toMatchObject({ code: 'STOPPED' });
    const reported = expect(hub.report({ a: 1 })).rejects.toMatchObject({ code: 'STOPPED' });
    await until(() => logged('warn').length > 0);
    await hub.stop();
    await Promise.all([started, sent, reported]);
  });

  test('lets a send fail in time, saying that nothing was sent', async () => {
    const hub = createHub({ sendTimeoutMs: 50 });
    await expect(hub.send('o', { body: 'x' })).rejects.toMatchObject({ code: 'NOT_CONNECTED', retryable: true });
  });
});

describe('desired properties', () => {
  test('come whole after every patch: arrays shortened, keys deleted, never a null', async () => {
    server.twins.patchDesired('filter', { list: [1, 2, 3], zones: { a: { kind: 'spot' }, b: { kind: 'spot' } } });
    const hub = createHub();
    const documents = collectDesired(hub);
    await hub.start();
    server.twins.patchDesired('filter', { list: [9], zones: { a: null } });
    await until(() => documents.length === 2);
    expect(documents[1]?.properties).toEqual({ mode: 'first', list: [9], zones: { b: { kind: 'spot' } } });
    expect(hub.desired).toEqual(documents[1]);
  });

  test('only ever grow in version, and a burst of patches ends at the newest', async () => {
    const hub = createHub();
    const documents = collectDesired(hub);
    await hub.start();
    for (let step = 1; step <= 50; step += 1) server.twins.patchDesired('filter', { step });
    await until(() => hub.desired?.properties['step'] === 50);
    const versions = documents.map((document) => document.version);
    expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    // One request at a time: many notifications are few requests.
    expect(documents.length).toBeLessThan(50);
  });

  test('that changed while there was no connection come after the reconnect, without a notification', async () => {
    const hub = createHub();
    const documents = collectDesired(hub);
    await hub.start();
    await server.stop();
    await until(() => hub.connection === 'disconnected');
    server.twins.patchDesired('filter', { mode: 'second' });
    server.twins.patchDesired('filter', { mode: 'third' });
    await server.start();
    await until(() => documents.length === 2);
    expect(documents[1]?.properties).toEqual({ mode: 'third' });
  });

  test('are not told again where nothing changed over a reconnect', async () => {
    const hub = createHub();
    const documents = collectDesired(hub);
    await hub.start();
    server.disconnect('filter');
    await until(() => hub.connection === 'disconnected');
    await until(() => hub.connection === 'connected');
    expect(documents).toHaveLength(1);
  });

  describe('whose version goes back after a fail-over of the hub', () => {
    test('are taken from the next connection, with a warning, and the module can say from where', async () => {
      server.twins.patchDesired('filter', { mode: 'second' });
      server.twins.patchDesired('filter', { mode: 'third' });
      const hub = createHub();
      const documents = collectDesired(hub);
      await hub.start();
      server.twins.restoreDesired('filter', { mode: 'old' }, 1);
      server.disconnect('filter');
      await until(() => documents.length === 2);
      expect(documents[1]).toEqual({ version: 1, properties: { mode: 'old' }, wentBackFrom: 3 });
      expect(logged('warn')).toContainEqual(expect.objectContaining({ version: 1, before: 3 }));
      for (const mode of ['two', 'three', 'four']) {
        server.twins.patchDesired('filter', { mode });
        await until(() => hub.desired?.properties['mode'] === mode);
      }
      expect(documents.slice(2).map(({ version, wentBackFrom }) => [version, wentBackFrom])).toEqual([
        [2, 3],
        [3, 3],
        [4, undefined],
      ]);
    });

    test('are taken though the connection stands: a notification or the timer leads to a fresh one', async () => {
      for (let step = 1; step <= 5; step += 1) server.twins.patchDesired('filter', { step });
      const hub = createHub();
      const states: string[] = [];
      const documents = collectDesired(hub);
      await hub.start();
      hub.onConnection((state) => states.push(state));
      server.twins.restoreDesired('filter', { mode: 'old' }, 2);
      server.twins.patchDesired('filter', { mode: 'now' });
      await until(() => documents.length === 2);
      expect(documents[1]).toEqual({ version: 3, properties: { mode: 'now' }, wentBackFrom: 6 });
      // A renewal: for the module the connection never ended.
      expect(states).toEqual([]);
    });

    test('are taken with the same version too, where the content is another', async () => {
      const hub = createHub({ twinRefreshMs: 40 });
      const documents = collectDesired(hub);
      await hub.start();
      server.twins.restoreDesired('filter', { mode: 'other' }, 1);
      await until(() => documents.length === 2);
      expect(documents[1]).toEqual({ version: 1, properties: { mode: 'other' }, wentBackFrom: 1 });
    });
  });

  test('are told at once to who asks late, and a listener that throws breaks nothing', async () => {
    const hub = createHub();
    hub.onDesired(() => {
      throw new Error('listener broken');
    });
    await hub.start();
    expect(collectDesired(hub)).toHaveLength(1);
    server.twins.patchDesired('filter', { mode: 'second' });
    await until(() => hub.desired?.properties['mode'] === 'second');
    expect(logged('error')[0]).toMatchObject({ where: 'desired listener' });
  });
});

describe('reported properties', () => {
  test('are at the hub when the report resolves, and merge', async () => {
    const hub = createHub();
    await hub.start();
    await hub.report({ state: 'starting', old: 1 });
    await hub.report({ state: 'ready', old: null, list: [1] });
    expect(server.twins.get('filter').properties.reported).toMatchObject({ state: 'ready', list: [1] });
    expect(hub.reported).toEqual({ state: 'ready', list: [1] });
  });

  test('that the hub gave before are known at the start', async () => {
    const first = createHub();
    await first.start();
    await first.report({ left: 'behind' });
    await first.stop();
    const second = createHub();
    await second.start();
    expect(second.reported).toEqual({ left: 'behind' });
  });

  test('wait without a connection, merged into one patch', async () => {
    const hub = createHub();
    await hub.start();
    await server.stop();
    await until(() => hub.connection === 'disconnected');
    const reports = [hub.report({ a: 1, n: 1 }), hub.report({ b: { c: 2 } }), hub.report({ n: 3 })];
    const patches: unknown[] = [];
    server.events.subscribe((event) => {
      if (event.type === 'twin-updated' && event.section === 'reported') patches.push(event.patch);
    });
    await server.start();
    await Promise.all(reports);
    expect(patches).toEqual([{ a: 1, b: { c: 2 }, n: 3 }]);
  });

  test('that a twin can not hold are refused before they are sent', async () => {
    const hub = createHub();
    await hub.start();
    await expect(hub.report({ 'a.b': 1 })).rejects.toMatchObject({ code: 'TWIN_INVALID' });
    const part = Object.fromEntries(Array.from({ length: 5 }, (_, index) => [`k${index}`, 'x'.repeat(4000)]));
    await hub.report({ one: part });
    await expect(hub.report({ two: part })).rejects.toMatchObject({ code: 'TWIN_TOO_LARGE' });
    await hub.report({ fine: true });
    expect(hub.reported).toMatchObject({ fine: true });
  });
});

describe('inputs', () => {
  beforeEach(() => {
    sourceKey = server.addModule('source').primaryKey;
    const route = 'FROM /messages/modules/source/outputs/* INTO BrokeredEndpoint("/modules/filter/inputs/detections")';
    server.setRoutes({ r: { route } }, { timeToLiveSecs });
  });

  test('bring messages in order, over a reconnect too, each once', async () => {
    const hub = createHub();
    const received: string[] = [];
    hub.onInput('detections', (message) => {
      received.push(textOf(message));
    });
    await hub.start();
    const source = await createSource();
    for (let index = 0; index < 30; index += 1) {
      await source.send('o', { body: `m${index}` });
      if (index === 10) server.disconnect('filter');
      if (index === 20) server.disconnect('source');
    }
    await until(() => received.length >= 30);
    expect(received).toEqual(Array.from({ length: 30 }, (_, index) => `m${index}`));
  });

  test('wait for a handler that takes its time, and outlive one that throws', async () => {
    const metrics = new Metrics({ module: 'filter', iothub: 'h', device: 'd', instance: 'i' });
    const hub = createHub({ metrics });
    const received: string[] = [];
    let inside = 0;
    hub.onInput('detections', async (message) => {
      inside += 1;
      expect(inside).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      received.push(textOf(message));
      inside -= 1;
      if (received.length === 2) throw new Error('handler broken');
    });
    await hub.start();
    const source = await createSource();
    await Promise.all(['a', 'b', 'c', 'd'].map((body) => source.send('o', { body })));
    await until(() => received.length === 4);
    expect(received).toEqual(['a', 'b', 'c', 'd']);
    expect(logged('error')[0]).toMatchObject({ input: 'detections' });
    expect(await metrics.render()).toMatch(/filter_hub_input_messages_total\{input="detections",result="failed".*\} 1/);
  });

  test('carry user properties, content type and encoding', async () => {
    const hub = createHub();
    const received: InputMessage[] = [];
    hub.onInput('detections', (message) => {
      received.push(message);
    });
    await hub.start();
    const source = await createSource();
    await source.send('o', {
      body: new Uint8Array([0, 255]),
      properties: { 'a b': 'ü%&=/?' },
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      messageId: 'id-1',
    });
    await until(() => received.length === 1);
    expect(received[0]).toMatchObject({
      input: 'detections',
      properties: { 'a b': 'ü%&=/?' },
      contentType: 'application/json',
      contentEncoding: 'utf-8',
    });
    expect([...(received[0]?.body ?? [])]).toEqual([0, 255]);
  });

  test('can be added after the start', async () => {
    const hub = createHub();
    await hub.start();
    const received: string[] = [];
    hub.onInput('detections', (message) => void received.push(textOf(message)));
    const source = await createSource();
    await source.send('o', { body: 'late' });
    await until(() => received.length === 1);
    expect(() => hub.onInput('detections', () => undefined)).toThrow(
      expect.objectContaining({ code: 'HANDLER_EXISTS' }),
    );
  });

  test('hand over everything that the hub counts as delivered, over many renewals of the token', async () => {
    const received: string[] = [];
    const hub = createHub({ tokenLifetimeSeconds: 2, random: () => 0 });
    const states: string[] = [];
    let connects = 0;
    server.events.subscribe((event) => {
      if (event.type === 'module-connected' && event.module === 'filter') connects += 1;
    });
    hub.onInput('detections', (message) => void received.push(textOf(message)));
    await hub.start();
    hub.onConnection((state) => states.push(state));
    const source = await createSource();
    let sent = 0;
    // Every token is good for 2 s: the connection outlives two of them.
    while (connects < 3) {
      await source.send('o', { body: `m${sent}` });
      sent += 1;
    }
    await until(() => received.length >= sent);
    expect(received).toEqual(Array.from({ length: sent }, (_, index) => `m${index}`));
    expect(states).toEqual([]);
  });
});

describe('direct methods', () => {
  test('are answered by their handler', async () => {
    const hub = createHub();
    hub.onMethod('stats', (payload) => ({ status: 200, payload: { asked: payload } }));
    await hub.start();
    expect(await server.invokeMethod('filter', 'stats', { a: 1 })).toEqual({
      status: 200,
      payload: { asked: { a: 1 } },
    });
    server.disconnect('filter');
    await until(() => hub.connection === 'disconnected');
    await until(() => hub.connection === 'connected');
    expect(await server.invokeMethod('filter', 'stats', null)).toEqual({ status: 200, payload: { asked: null } });
  });

  test('that nobody knows are told so at once, and a handler that throws gives 500 with its code', async () => {
    const hub = createHub();
    hub.onMethod('broken', () => {
      throw Object.assign(new Error('no disk'), { code: 'DISK_FULL' });
    });
    await hub.start();
    expect(await server.invokeMethod('filter', 'other', {})).toMatchObject({
      status: 404,
      payload: { error: { code: 'METHOD_UNKNOWN' } },
    });
    expect(await server.invokeMethod('filter', 'broken', {})).toEqual({
      status: 500,
      payload: { error: { code: 'DISK_FULL', message: 'no disk' } },
    });
  });
});

describe('outputs', () => {
  beforeEach(() => {
    server.setRoutes({ up: { route: 'FROM /messages/modules/filter/outputs/* INTO $upstream' } }, { timeToLiveSecs });
  });

  test('are at the hub when the send resolves', async () => {
    const hub = createHub();
    await hub.start();
    await hub.send('events', {
      body: '{"a":1}',
      properties: { kind: 'parked' },
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      messageId: 'e1',
    });
    const [message] = server.upstream.recent(1);
    expect(message).toMatchObject({
      moduleId: 'filter',
      output: 'events',
      properties: { kind: 'parked' },
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      systemProperties: { '$.mid': 'e1' },
    });
    expect(textOf(message ?? { body: new Uint8Array() })).toBe('{"a":1}');
  });

  test('over 256 KiB are refused before they are sent', async () => {
    const hub = createHub();
    await hub.start();
    await expect(hub.send('events', { body: 'x'.repeat(256 * 1024) })).rejects.toMatchObject({
      code: 'MESSAGE_TOO_LARGE',
      retryable: false,
    });
    await hub.send('events', { body: 'x'.repeat(250 * 1024) });
    expect(server.upstream.count).toBe(1);
  });

  test('that are sent again until acknowledged all arrive, while the hub restarts on the same port', async () => {
    const hub = createHub();
    await hub.start();
    const acknowledged = new Set<string>();
    const count = 300;
    const restarts = (async () => {
      for (const at of [60, 160]) {
        await until(() => acknowledged.size >= at);
        await server.stop();
        await server.start();
      }
    })();
    for (let index = 0; index < count; index += 1) {
      const body = `m${index}`;
      while (!acknowledged.has(body)) {
        try {
          await hub.send('events', { body });
          acknowledged.add(body);
        } catch (error) {
          expect(error).toMatchObject({ retryable: true });
        }
      }
    }
    await restarts;
    const arrived = server.upstream.recent(count * 2).map(textOf);
    // Each at least once, and repeats only of what was under way: the order stands.
    expect(arrived.filter((body, index) => body !== arrived[index - 1])).toEqual([...acknowledged]);
  });

  test('that are under way when stop is called still arrive', async () => {
    const hub = createHub();
    await hub.start();
    const sends = Array.from({ length: 20 }, (_, index) => hub.send('events', { body: `m${index}` }));
    await hub.stop();
    await Promise.all(sends);
    expect(server.upstream.count).toBe(20);
    await expect(hub.send('events', { body: 'late' })).rejects.toMatchObject({ code: 'STOPPED' });
    await expect(hub.start()).rejects.toMatchObject({ code: 'STOPPED' });
  });
});

describe('a module process', () => {
  test('on SIGTERM sends what it has, leaves the hub and exits 0 well within 10 s', async () => {
    server.setRoutes({ up: { route: 'FROM /messages/modules/filter/outputs/* INTO $upstream' } }, { timeToLiveSecs });
    const script = `import { runModule } from ${JSON.stringify(import.meta.resolve('@companion/edge'))};
      void runModule({ name: 'filter', start: ({ hub }) => ({ stop: () => hub.send('events', { body: 'last words' }) }) });`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
      env: { ...process.env, METRICS_PORT: '0', METRICS_HOST: '127.0.0.1' },
      stdio: 'ignore',
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const exit = once(child, 'exit');
    // Desired properties read, and then the state: from here on it stands.
    await until(() => server.stats().modules['filter']?.connected === true, 15_000);
    const began = Date.now();
    child.kill('SIGTERM');
    expect(await exit).toEqual([0, null]);
    expect(Date.now() - began).toBeLessThan(5000);
    expect(server.upstream.recent(1).map(textOf)).toEqual(['last words']);
    expect(server.stats().modules['filter']?.connected).toBe(false);
  });
});

interface Source {
  /** Resolves with the hub's acknowledgement; sent again over a reconnect. */
  send(output: string, message: OutputMessage): Promise<void>;
}

/** The module `source`, on a plain MQTT client with a token of its own: not on the code under test. */
async function createSource(): Promise<Source> {
  const key = Buffer.from(sourceKey, 'base64');
  const resource = encodeURIComponent(`${iotHubHostName}/devices/${deviceId}/modules/source`);
  const expiry = Math.floor(Date.now() / 1000) + 3600;
  const signature = createHmac('sha256', key).update(`${resource}\n${expiry}`).digest('base64');
  const client = await connectAsync(`mqtts://${process.env['IOTEDGE_GATEWAYHOSTNAME'] ?? ''}`, {
    clientId: `${deviceId}/source`,
    username: `${iotHubHostName}/${deviceId}/source/?api-version=2021-04-12`,
    password: `SharedAccessSignature sr=${resource}&sig=${encodeURIComponent(signature)}&se=${expiry}`,
    protocolVersion: 4,
    clean: false,
    reconnectPeriod: 20,
    ca: await readFile(join(folder, 'ca.pem'), 'utf8'),
  });
  onTestFinished(() => client.endAsync(true));
  return {
    async send(output, { body, properties, contentType, contentEncoding, messageId }) {
      const system = { '$.on': output, '$.mid': messageId, '$.ct': contentType, '$.ce': contentEncoding };
      const pairs = Object.entries({ ...system, ...properties })
        .filter((pair): pair is [string, string] => pair[1] !== undefined)
        .map((pair) => pair.map(encodeURIComponent).join('='));
      await client.publishAsync(
        `devices/${deviceId}/modules/source/messages/events/${pairs.join('&')}/`,
        Buffer.from(body),
        {
          qos: 1,
        },
      );
    },
  };
}
