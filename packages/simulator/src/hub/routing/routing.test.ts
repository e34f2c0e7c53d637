import type { MqttClient } from 'mqtt';
import { describe, expect, test } from 'vitest';
import {
  closed,
  connectModule,
  deviceId,
  inputsOf,
  outputTopic,
  startHub,
  until,
  type HubFixture,
} from '../testing/started-hub.ts';

async function connectCamera(fixture: HubFixture): Promise<MqttClient> {
  fixture.hub.addModule('filter');
  return connectModule(fixture, fixture.hub.addModule('camera'));
}

const timeToLive = { timeToLiveSecs: 7200 };

describe('a published message', () => {
  test('goes upstream as IoT Hub would get it', async () => {
    await using fixture = await startHub();
    const camera = await connectCamera(fixture);
    fixture.hub.setRoutes({ up: 'FROM /messages/* INTO $upstream' }, timeToLive);
    const topic = outputTopic(
      'camera',
      'events',
      '&%24.ct=application%2Fjson&%24.ce=utf-8&%24.mid=m1&colour=%C3%A4%2F%2B',
    );
    await camera.publishAsync(topic, '{"a":1}', { qos: 1 });
    const [message] = fixture.hub.upstream.recent(1);
    expect(message).toEqual({
      sequence: 1,
      enqueuedTime: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      deviceId,
      moduleId: 'camera',
      output: 'events',
      properties: { colour: 'ä/+' },
      systemProperties: { '$.on': 'events', '$.mid': 'm1' },
      contentType: 'application/json',
      contentEncoding: 'utf-8',
      body: Buffer.from('{"a":1}'),
    });
    await camera.endAsync();
  });

  test('is acknowledged, dropped and counted where no route matches', async () => {
    await using fixture = await startHub();
    const camera = await connectCamera(fixture);
    fixture.hub.setRoutes({ up: 'FROM /messages/modules/filter/* INTO $upstream' }, timeToLive);
    await camera.publishAsync(outputTopic('camera', 'events'), 'x', { qos: 1 });
    expect(fixture.hub.stats().modules['camera']).toMatchObject({ published: 1, dropped: { 'no-route': 1 } });
    expect(fixture.events).toContainEqual({ type: 'message-dropped', module: 'camera', reason: 'no-route' });
    await camera.endAsync();
  });

  test('reaches every endpoint once, however many routes lead there', async () => {
    await using fixture = await startHub();
    const camera = await connectCamera(fixture);
    const endpoint = 'BrokeredEndpoint("/modules/filter/inputs/in1")';
    fixture.hub.setRoutes(
      {
        a: 'FROM /* INTO $upstream',
        b: 'FROM /messages INTO $upstream',
        c: `FROM /* INTO ${endpoint}`,
        d: `FROM /* INTO ${endpoint}`,
      },
      timeToLive,
    );
    await camera.publishAsync(outputTopic('camera', 'events'), 'x', { qos: 1 });
    expect(fixture.hub.upstream.count).toBe(1);
    expect(fixture.hub.stats().modules['filter']?.queueDepth).toBe(1);
    await camera.endAsync();
  });

  test('overtakes messages of a lower priority that still wait', async () => {
    await using fixture = await startHub();
    const filterIdentity = fixture.hub.addModule('filter');
    const camera = await connectModule(fixture, fixture.hub.addModule('camera'));
    const route = (output: string): string =>
      `FROM /messages/modules/camera/outputs/${output} INTO BrokeredEndpoint("/modules/filter/inputs/in1")`;
    fixture.hub.setRoutes(
      {
        slow: { route: route('slow') },
        late: { route: route('late'), priority: 9 },
        now: { route: route('now'), priority: 0 },
      },
      timeToLive,
    );
    for (const output of ['slow', 'late', 'now'])
      await camera.publishAsync(outputTopic('camera', output), output, { qos: 1 });
    const filter = await connectModule(fixture, filterIdentity);
    const received: string[] = [];
    filter.on('message', (_topic, payload) => received.push(payload.toString()));
    await filter.subscribeAsync(inputsOf('filter'), { qos: 1 });
    await until(() => received.length === 3);
    expect(received).toEqual(['now', 'late', 'slow']);
    await Promise.all([camera.endAsync(), filter.endAsync()]);
  });

  test('of more than 256 KiB costs the connection', async () => {
    await using fixture = await startHub();
    const camera = await connectCamera(fixture);
    fixture.hub.setRoutes({ up: 'FROM /* INTO $upstream' }, timeToLive);
    const gone = closed(camera);
    camera.publish(outputTopic('camera', 'events'), Buffer.alloc(256 * 1024 + 1), { qos: 1 });
    await gone;
    expect(fixture.hub.upstream.count).toBe(0);
    expect(fixture.events).toContainEqual(
      expect.objectContaining({ type: 'refused', reason: expect.stringContaining('262145 bytes') as string }),
    );
  });

  test('that exceeds 256 KiB only with its properties is acknowledged, dropped and counted', async () => {
    await using fixture = await startHub();
    const camera = await connectCamera(fixture);
    fixture.hub.setRoutes({ up: 'FROM /* INTO $upstream' }, timeToLive);
    const properties = `&k=${'v'.repeat(100)}`;
    await camera.publishAsync(outputTopic('camera', 'events', properties), Buffer.alloc(256 * 1024 - 50), { qos: 1 });
    await camera.publishAsync(outputTopic('camera', 'events'), Buffer.alloc(256 * 1024 - 50), { qos: 1 });
    expect(fixture.hub.upstream.count).toBe(1);
    expect(fixture.hub.stats().modules['camera']?.dropped['too-large']).toBe(1);
    await camera.endAsync();
  });

  test('for a module that was removed is dropped and counted', async () => {
    await using fixture = await startHub();
    const camera = await connectCamera(fixture);
    fixture.hub.setRoutes({ to: 'FROM /* INTO BrokeredEndpoint("/modules/filter/inputs/in1")' }, timeToLive);
    fixture.hub.removeModule('filter');
    await camera.publishAsync(outputTopic('camera', 'events'), 'x', { qos: 1 });
    expect(fixture.hub.stats().modules['camera']?.dropped['module-removed']).toBe(1);
    await camera.endAsync();
  });
});

describe('a configuration of routes', () => {
  test.each([
    ['ROUTE_INVALID', 'bad', 'FROM /messages/* TO $upstream'],
    ['ROUTE_INVALID', 'bad', 'FROM /messages/* INTO BrokeredEndpoint("/modules/filter")'],
    ['ROUTE_INVALID', 'bad', { route: 'FROM /* INTO $upstream', priority: 10 }],
    ['ROUTE_INVALID', 'bad', { route: 'FROM /* INTO $upstream', timeToLiveSecs: -1 }],
    ['ROUTE_CONDITION_UNSUPPORTED', 'bad', "FROM /* WHERE k = 'v' INTO $upstream"],
    ['ROUTE_MODULE_UNKNOWN', 'bad', 'FROM /* INTO BrokeredEndpoint("/modules/nobody/inputs/in1")'],
  ])('is refused whole with %s, naming the route', async (code, name, spec) => {
    await using fixture = await startHub();
    const camera = await connectCamera(fixture);
    fixture.hub.setRoutes({ up: 'FROM /* INTO $upstream' }, timeToLive);
    const routes = { good: 'FROM /messages/* INTO $upstream', [name]: spec };
    expect(() => fixture.hub.setRoutes(routes, timeToLive)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining('route bad is refused') as string }) as Error,
    );
    await camera.publishAsync(outputTopic('camera', 'events'), 'x', { qos: 1 });
    expect(fixture.hub.upstream.count).toBe(1);
    await camera.endAsync();
  });
});
