import { Agent, type RequestOptions } from 'node:https';
// eslint-disable-next-line no-restricted-imports -- the tests here play a module, with the SDK that modules use
import iot, { type ModuleClient } from 'azure-iot-device';
// eslint-disable-next-line no-restricted-imports -- as above
import { Mqtt } from 'azure-iot-device-mqtt';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { ModuleIdentity } from '../contract/contract.ts';
import { deviceId, iotHubHostName, startHub, until, type HubFixture } from '../testing/started-hub.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

async function connectSdk(fixture: HubFixture, identity: ModuleIdentity): Promise<ModuleClient> {
  const client = iot.ModuleClient.fromConnectionString(identity.connectionString, Mqtt);
  await client.setOptions({ ca: fixture.address.caCertificatePem });
  await client.open();
  return client;
}

/** What the SDK's types leave open. */
interface Reported {
  update(patch: object, done: (error: Error | undefined) => void): void;
}

/** The SDK takes `localhost:1234` for a host name; this agent takes it for what it is. */
class GatewayAgent extends Agent {
  override createConnection(options: RequestOptions, callback?: (error: Error | null, stream: never) => void): never {
    const [host, port] = String(options.host).split(':');
    return super.createConnection({ ...options, host, port, servername: host }, callback as never) as never;
  }
}

describe('the Azure SDK', () => {
  test('starts from the environment that edgeAgent injects, through the workload API', async () => {
    await using fixture = await startHub();
    const identity = fixture.hub.addModule('filter');
    vi.stubEnv('IOTEDGE_WORKLOADURI', `unix://${fixture.socketPath}`);
    vi.stubEnv('IOTEDGE_DEVICEID', deviceId);
    vi.stubEnv('IOTEDGE_MODULEID', 'filter');
    vi.stubEnv('IOTEDGE_IOTHUBHOSTNAME', iotHubHostName);
    vi.stubEnv('IOTEDGE_AUTHSCHEME', 'sasToken');
    vi.stubEnv('IOTEDGE_MODULEGENERATIONID', identity.generationId);
    vi.stubEnv('IOTEDGE_GATEWAYHOSTNAME', `localhost:${fixture.address.port}`);
    const client = await iot.ModuleClient.fromEnvironment(Mqtt);
    await client.open();
    await until(() => fixture.hub.twins.get('filter').connectionState === 'Connected');
    await client.close();
    await until(() => fixture.hub.twins.get('filter').connectionState === 'Disconnected');
  });

  test('sends from an output through a route to another module’s input', async () => {
    await using fixture = await startHub();
    const cameraIdentity = fixture.hub.addModule('camera');
    const filterIdentity = fixture.hub.addModule('filter');
    fixture.hub.setRoutes(
      { to: 'FROM /messages/modules/camera/outputs/* INTO BrokeredEndpoint("/modules/filter/inputs/in1")' },
      { timeToLiveSecs: 60 },
    );
    const camera = await connectSdk(fixture, cameraIdentity);
    const filter = await connectSdk(fixture, filterIdentity);
    const received = new Promise<object>((resolve) => {
      filter.on('inputMessage', (input: string, message: iot.Message) => {
        const { contentType, contentEncoding, messageId } = message;
        const list = message.properties.propertyList as readonly { readonly key: string; readonly value: unknown }[];
        const properties = Object.fromEntries(list.map(({ key, value }) => [key, value]));
        resolve({
          input,
          body: Buffer.from(message.getBytes()).toString(),
          contentType,
          contentEncoding,
          messageId,
          properties,
        });
      });
    });
    const message = new iot.Message('{"a":1}');
    message.contentType = 'application/json';
    message.contentEncoding = 'utf-8';
    message.messageId = 'm-1';
    message.properties.add('a b', 'c/d+e#&=%');
    await camera.sendOutputEvent('detections', message);
    expect(await received).toEqual({
      input: 'in1',
      body: '{"a":1}',
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      messageId: 'm-1',
      properties: { '$.cdid': deviceId, '$.cmid': 'camera', 'a b': 'c/d+e#&=%' },
    });
    await Promise.all([camera.close(), filter.close()]);
  });

  test('reads its twin, is told of desired changes and reports', async () => {
    await using fixture = await startHub();
    const client = await connectSdk(fixture, fixture.hub.addModule('filter', { interval: 5, keep: { a: 1, b: 2 } }));
    const twin = await client.getTwin();
    expect(twin.properties).toMatchObject({
      desired: { interval: 5, keep: { a: 1, b: 2 }, $version: 1 },
      reported: { $version: 1 },
    });
    const patches: unknown[] = [];
    twin.on('properties.desired', (patch) => patches.push(patch));
    await until(() => patches.length === 1);
    // The SDK subscribes behind its own first event.
    await until(() => {
      fixture.hub.twins.patchDesired('filter', { keep: { a: null }, interval: null });
      return patches.length > 1;
    });
    expect(patches[1]).toMatchObject({ keep: { a: null }, interval: null });
    await new Promise<void>((resolve, reject) => {
      (twin.properties.reported as unknown as Reported).update({ state: { ok: true } }, (error) =>
        error ? reject(error) : resolve(),
      );
    });
    expect(fixture.hub.twins.get('filter').properties).toMatchObject({
      desired: { keep: { b: 2 } },
      reported: { state: { ok: true }, $version: 2 },
    });
    await client.close();
  });

  test('answers direct methods', async () => {
    await using fixture = await startHub();
    const client = await connectSdk(fixture, fixture.hub.addModule('filter'));
    client.onMethod('ping', (request, response) => {
      void response?.send(202, { pong: request?.payload as unknown });
    });
    const answer = await fixture.hub.invokeMethod('filter', 'ping', { n: 1 }, { connectTimeoutMs: 10_000 });
    expect(answer).toEqual({ status: 202, payload: { pong: { n: 1 } } });
    await client.close();
  });

  test('goes on receiving after it renewed its token, which it does by reconnecting without subscribing again', async () => {
    await using fixture = await startHub();
    const identity = fixture.hub.addModule('filter');
    fixture.hub.setRoutes(
      { loop: 'FROM /* INTO BrokeredEndpoint("/modules/filter/inputs/in1")' },
      { timeToLiveSecs: 60 },
    );
    const client = iot.ModuleClient.fromConnectionString(identity.connectionString, Mqtt);
    const tokenRenewal = { tokenValidTimeInSeconds: 60, tokenRenewalMarginInSeconds: 59 };
    await client.setOptions({ ca: fixture.address.caCertificatePem, tokenRenewal });
    await client.open();
    const received: string[] = [];
    client.on('inputMessage', (_input: string, message: iot.Message) => {
      received.push(Buffer.from(message.getBytes()).toString());
    });
    const connections = (): number => fixture.events.filter(({ type }) => type === 'module-connected').length;
    await until(() => connections() >= 2);
    await client.sendOutputEvent('out', new iot.Message('after'));
    await until(() => received.length === 1);
    expect(received).toEqual(['after']);
    await client.close();
  });

  test('calls a method of another module over HTTPS, on the port that MQTT is on', async () => {
    await using fixture = await startHub();
    const filter = await connectSdk(fixture, fixture.hub.addModule('filter'));
    const artifacts = await connectSdk(fixture, fixture.hub.addModule('artifacts'));
    filter.onMethod('health', (_request, response) => void response?.send(200, { healthy: true }));
    const call = { methodName: 'health', payload: {}, responseTimeoutInSeconds: 5, connectTimeoutInSeconds: 5 };
    const agent = new GatewayAgent({ ca: fixture.address.caCertificatePem });
    await artifacts.setOptions({ ca: fixture.address.caCertificatePem, http: { agent } });
    expect(await artifacts.invokeMethod(deviceId, 'filter', call)).toEqual({ status: 200, payload: { healthy: true } });
    await Promise.all([filter.close(), artifacts.close()]);
    agent.destroy();
  });
});
