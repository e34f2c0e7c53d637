import mqtt, { type IClientOptions } from 'mqtt';
import { describe, expect, test } from 'vitest';
import {
  closed,
  connectModule,
  connectOptions,
  createSasToken,
  deviceId,
  inputsOf,
  iotHubHostName,
  outputTopic,
  startHub,
  until,
} from '../testing/started-hub.ts';
import { ManualClock } from '@companion/foundation/testing';

const past = Math.floor(Date.now() / 1000) - 10;

describe('a connection is refused', () => {
  const cases: readonly (readonly [string, IClientOptions, RegExp])[] = [
    [
      'with a signature of another key',
      { password: createSasToken({ moduleId: 'filter', primaryKey: 'AAAA' }) },
      /signature/,
    ],
    ['without a password', { password: '' }, /not a shared access signature/],
    ['with a user name of another hub', { username: `other.net/${deviceId}/filter/?api-version=1` }, /other\.net/],
    ['with a user name of another device', { username: `${iotHubHostName}/other/filter/?api-version=1` }, /client id/],
    ['with a client id of another module', { clientId: `${deviceId}/artifacts` }, /client id/],
    ['without an api version', { username: `${iotHubHostName}/${deviceId}/filter` }, /api-version/],
    [
      'as a module that is not there',
      { clientId: `${deviceId}/nobody`, username: `${iotHubHostName}/${deviceId}/nobody/?api-version=1` },
      /no module/,
    ],
  ];
  test.each(cases)('%s', async (_name, overrides, reason) => {
    await using fixture = await startHub();
    const identity = fixture.hub.addModule('filter');
    await expect(connectModule(fixture, identity, overrides)).rejects.toThrow(/Connection refused/);
    expect(fixture.events).toEqual([
      expect.objectContaining({ type: 'refused', reason: expect.stringMatching(reason) as string }),
    ]);
    expect(fixture.hub.stats()).toMatchObject({ refused: 1, modules: { filter: { connected: false } } });
  });

  test('with a token that has expired, or is made out to another resource', async () => {
    await using fixture = await startHub();
    const identity = fixture.hub.addModule('filter');
    const expired = createSasToken(identity, { expirySeconds: past });
    await expect(connectModule(fixture, identity, { password: expired })).rejects.toThrow(/Not authorized/);
    const foreign = createSasToken(identity, { resource: `${iotHubHostName}/devices/${deviceId}/modules/camera` });
    await expect(connectModule(fixture, identity, { password: foreign })).rejects.toThrow(/Not authorized/);
    expect(fixture.events).toMatchObject([
      { type: 'refused', module: 'filter', reason: expect.stringContaining('expired') as string },
      { type: 'refused', module: 'filter', reason: expect.stringContaining('made out to') as string },
    ]);
  });

  test('by a client that does not know the CA', async () => {
    await using fixture = await startHub();
    const identity = fixture.hub.addModule('filter');
    const options = { ...connectOptions(fixture, identity), ca: '' };
    await expect(mqtt.connectAsync(`mqtts://localhost:${fixture.address.port}`, options, false)).rejects.toThrow(
      /certificate/,
    );
  });
});

describe('a connected module', () => {
  test.each([
    ['another module', `devices/${deviceId}/modules/camera/messages/events/`, 1],
    ['another device', `devices/other/modules/filter/messages/events/`, 1],
    ['its own inputs', `devices/${deviceId}/modules/filter/inputs/in1/`, 1],
    ['anything else', 'weather', 1],
    ['its own events with quality of service 2', `devices/${deviceId}/modules/filter/messages/events/`, 2],
    ['properties that do not decode', `devices/${deviceId}/modules/filter/messages/events/%zz=1/`, 1],
  ] as const)('loses its connection when it publishes as %s', async (_name, topic, qos) => {
    await using fixture = await startHub();
    const client = await connectModule(fixture, fixture.hub.addModule('filter'));
    const gone = closed(client);
    client.publish(topic, 'x', { qos });
    await gone;
    await until(() => fixture.events.some(({ type }) => type === 'refused'));
    expect(fixture.events).toContainEqual({
      type: 'refused',
      module: 'filter',
      reason: expect.stringContaining('publish refused') as string,
    });
  });

  test.each([['#'], [`devices/${deviceId}/modules/camera/#`], [`devices/+/modules/filter/inputs/#`], ['$SYS/#']])(
    'loses its connection when it subscribes to %s',
    async (filter) => {
      await using fixture = await startHub();
      const client = await connectModule(fixture, fixture.hub.addModule('filter'));
      const gone = closed(client);
      client.subscribe(filter);
      await gone;
      expect(fixture.events).toContainEqual({
        type: 'refused',
        module: 'filter',
        reason: expect.stringContaining('subscription refused') as string,
      });
    },
  );

  test('gives way to a second connection with the same client id', async () => {
    await using fixture = await startHub();
    const identity = fixture.hub.addModule('filter');
    const first = await connectModule(fixture, identity);
    const gone = closed(first);
    const second = await connectModule(fixture, identity);
    await gone;
    expect(second.connected).toBe(true);
    await until(() => fixture.events.length === 3);
    expect(fixture.events.map(({ type }) => type)).toEqual([
      'module-connected',
      'module-disconnected',
      'module-connected',
    ]);
    expect(fixture.hub.stats().modules['filter']?.connected).toBe(true);
    await second.endAsync();
  });

  test('loses its connection when its token expires', async () => {
    const clock = new ManualClock(Date.now());
    await using fixture = await startHub({ clock });
    const identity = fixture.hub.addModule('filter');
    const expirySeconds = Math.floor(clock.now() / 1000) + 60;
    const client = await connectModule(fixture, identity, { password: createSasToken(identity, { expirySeconds }) });
    const gone = closed(client);
    await until(() => fixture.hub.stats().modules['filter']?.connected === true);
    clock.advance(59_000);
    expect(fixture.hub.stats().modules['filter']?.connected).toBe(true);
    clock.advance(1000);
    await gone;
    expect(fixture.events).toContainEqual(
      expect.objectContaining({ type: 'refused', reason: 'connection closed: the token expired' }),
    );
  });

  test('finds its subscriptions again without subscribing, unless it asks for a clean session', async () => {
    await using fixture = await startHub();
    const identity = fixture.hub.addModule('filter');
    fixture.hub.setRoutes(
      { loop: 'FROM /* INTO BrokeredEndpoint("/modules/filter/inputs/in1")' },
      { timeToLiveSecs: 60 },
    );
    const first = await connectModule(fixture, identity);
    await first.subscribeAsync(inputsOf('filter'), { qos: 1 });
    await first.endAsync();

    const second = await connectModule(fixture, identity);
    const arrived = new Promise<string>((resolve) => second.once('message', (topic) => resolve(topic)));
    await second.publishAsync(outputTopic('filter', 'out'), 'x', { qos: 1 });
    expect(await arrived).toBe(`devices/${deviceId}/modules/filter/inputs/in1/%24.cdid=${deviceId}&%24.cmid=filter`);
    await second.endAsync();

    const third = await connectModule(fixture, identity, { clean: true });
    await third.publishAsync(outputTopic('filter', 'out'), 'x', { qos: 1 });
    expect(fixture.hub.stats().modules['filter']).toMatchObject({ delivered: 1, queueDepth: 1 });
    await third.endAsync();
  });

  test('gets no messages any more once it has unsubscribed', async () => {
    await using fixture = await startHub();
    const client = await connectModule(fixture, fixture.hub.addModule('filter'));
    fixture.hub.setRoutes(
      { loop: 'FROM /* INTO BrokeredEndpoint("/modules/filter/inputs/in1")' },
      { timeToLiveSecs: 60 },
    );
    await client.subscribeAsync(inputsOf('filter'), { qos: 1 });
    await client.unsubscribeAsync(inputsOf('filter'));
    await client.publishAsync(outputTopic('filter', 'out'), 'x', { qos: 1 });
    expect(fixture.hub.stats().modules['filter']).toMatchObject({ delivered: 0, queueDepth: 1 });
    await client.endAsync();
  });
});
