import type { MqttClient } from 'mqtt';
import { describe, expect, test } from 'vitest';
import { connectModule, outputTopic, startHub, until } from '../testing/started-hub.ts';

interface Received {
  readonly topic: string;
  readonly body: string;
}

/** Subscribes to everything about the twin and collects what comes. */
async function listen(client: MqttClient): Promise<Received[]> {
  const received: Received[] = [];
  client.on('message', (topic, payload) => received.push({ topic, body: payload.toString() }));
  await client.subscribeAsync(['$iothub/twin/res/#', '$iothub/twin/PATCH/properties/desired/#']);
  return received;
}

const reportedTopic = '$iothub/twin/PATCH/properties/reported/?$rid=';

describe('a module', () => {
  test('gets its twin by request id', async () => {
    await using fixture = await startHub();
    const client = await connectModule(fixture, fixture.hub.addModule('filter', { a: 1 }));
    const received = await listen(client);
    client.publish('$iothub/twin/GET/?$rid=r-1', '');
    await until(() => received.length === 1);
    expect(received[0]?.topic).toBe('$iothub/twin/res/200/?$rid=r-1');
    expect(JSON.parse(received[0]?.body ?? '')).toEqual({ desired: { a: 1, $version: 1 }, reported: { $version: 1 } });
    await client.endAsync();
  });

  test('is told a desired patch as it was sent, nulls included, and the difference of a replacement', async () => {
    await using fixture = await startHub();
    const { hub } = fixture;
    const client = await connectModule(fixture, hub.addModule('filter', { a: 1, b: 2 }));
    const received = await listen(client);
    hub.twins.patchDesired('filter', { a: null, c: { d: 1 } });
    hub.twins.replaceDesired('filter', { b: 2, c: { d: 2 } });
    hub.twins.replaceDesired('filter', { e: [1] });
    await until(() => received.length === 3);
    expect(received.map(({ topic }) => topic)).toEqual(
      [2, 3, 4].map((version) => `$iothub/twin/PATCH/properties/desired/?$version=${version}`),
    );
    expect(received.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      { a: null, c: { d: 1 }, $version: 2 },
      { c: { d: 2 }, $version: 3 },
      { e: [1], b: null, c: null, $version: 4 },
    ]);
    await client.endAsync();
  });

  test('reports, is answered 204 with the version, and the report goes along a twin change route', async () => {
    await using fixture = await startHub();
    const client = await connectModule(fixture, fixture.hub.addModule('filter'));
    fixture.hub.setRoutes({ changes: 'FROM /twinChangeNotifications INTO $upstream' }, { timeToLiveSecs: 60 });
    const received = await listen(client);
    client.publish(`${reportedTopic}r-1`, '{"state":{"a":1,"b":2}}');
    client.publish(`${reportedTopic}r-2`, '{"state":{"a":null}}');
    await until(() => received.length === 2);
    expect(received).toEqual([
      { topic: '$iothub/twin/res/204/?$rid=r-1&$version=2', body: '' },
      { topic: '$iothub/twin/res/204/?$rid=r-2&$version=3', body: '' },
    ]);
    expect(fixture.hub.twins.get('filter').properties.reported).toMatchObject({ state: { b: 2 }, $version: 3 });
    expect(fixture.hub.upstream.recent(9).map(({ body }) => Buffer.from(body).toString())).toEqual([
      '{"state":{"a":1,"b":2}}',
      '{"state":{"a":null}}',
    ]);
    await client.endAsync();
  });

  test.each([
    ['no JSON', '{'],
    ['no object', '[1]'],
    ['a key with a dot', '{"a.b":1}'],
    ['a key with a hash, which only edgeHub bans', '{"a#b":1}'],
    ['a null in an array', '{"a":[1,null]}'],
    ['a long string', JSON.stringify({ a: 'x'.repeat(4097) })],
    ['an integer beyond 2^52', '{"a":4503599627370496}'],
    ['eleven levels', `${'{"a":'.repeat(11)}{}${'}'.repeat(11)}`],
    [
      'more than 32 KB',
      JSON.stringify(Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`k${i}`, 'x'.repeat(4000)]))),
    ],
  ])('is answered 400 with an empty body for a report of %s', async (_name, report) => {
    await using fixture = await startHub();
    const client = await connectModule(fixture, fixture.hub.addModule('filter'));
    const received = await listen(client);
    client.publish(`${reportedTopic}r-1`, report);
    await until(() => received.length === 1);
    expect(received).toEqual([{ topic: '$iothub/twin/res/400/?$rid=r-1', body: '' }]);
    expect(fixture.hub.twins.get('filter').properties.reported).toMatchObject({ $version: 1 });
    expect(fixture.events).toContainEqual(
      expect.objectContaining({ type: 'twin-refused', module: 'filter', section: 'reported' }),
    );
    await client.endAsync();
  });

  test('that does not listen is not told', async () => {
    await using fixture = await startHub();
    const client = await connectModule(fixture, fixture.hub.addModule('filter'));
    const topics: string[] = [];
    client.on('message', (topic) => topics.push(topic));
    client.publish('$iothub/twin/GET/?$rid=r-1', '');
    fixture.hub.twins.patchDesired('filter', { a: 1 });
    await client.publishAsync(outputTopic('filter', 'out'), 'x', { qos: 1 });
    expect(topics).toEqual([]);
    await client.endAsync();
  });
});
