import type { MqttClient } from 'mqtt';
import { describe, expect, test } from 'vitest';
import {
  closed,
  connectModule,
  inputsOf,
  outputTopic,
  startHub,
  until,
  type HubFixture,
} from '../testing/started-hub.ts';
import { ManualClock } from '@companion/foundation/testing';

const routes = {
  one: 'FROM /messages/modules/camera/outputs/one INTO BrokeredEndpoint("/modules/filter/inputs/one")',
  two: 'FROM /messages/modules/camera/outputs/two INTO BrokeredEndpoint("/modules/filter/inputs/two")',
};

/** Acknowledges when told to: mqtt.js sends PUBACK after `handleMessage` calls back. */
function holdAcknowledgements(client: MqttClient): { readonly received: string[]; readonly acknowledge: () => void } {
  const received: string[] = [];
  const held: (() => void)[] = [];
  client.handleMessage = (packet, done) => {
    received.push(packet.payload.toString());
    held.push(() => done());
  };
  return { received, acknowledge: () => held.shift()?.() };
}

async function connectPair(fixture: HubFixture): Promise<{ readonly camera: MqttClient; readonly filter: MqttClient }> {
  const cameraIdentity = fixture.hub.addModule('camera');
  const filterIdentity = fixture.hub.addModule('filter');
  fixture.hub.setRoutes(routes, { timeToLiveSecs: 7200 });
  const camera = await connectModule(fixture, cameraIdentity);
  const filter = await connectModule(fixture, filterIdentity);
  return { camera, filter };
}

describe('delivery to a module', () => {
  test('brings 1000 messages in order, one at a time, across two inputs', async () => {
    await using fixture = await startHub();
    const { camera, filter } = await connectPair(fixture);
    const received: string[] = [];
    let unacknowledged = 0;
    let mostUnacknowledged = 0;
    filter.handleMessage = (packet, done) => {
      received.push(packet.payload.toString());
      unacknowledged += 1;
      mostUnacknowledged = Math.max(mostUnacknowledged, unacknowledged);
      setImmediate(() => {
        unacknowledged -= 1;
        done();
      });
    };
    await filter.subscribeAsync(inputsOf('filter'), { qos: 1 });
    const sent = Array.from({ length: 1000 }, (_, index) => String(index));
    await Promise.all(
      sent.map((text, index) =>
        camera.publishAsync(outputTopic('camera', index % 2 ? 'one' : 'two'), text, { qos: 1 }),
      ),
    );
    await until(() => fixture.hub.stats().modules['filter']?.delivered === 1000);
    expect(received).toEqual(sent);
    expect(mostUnacknowledged).toBe(1);
    expect(fixture.hub.stats().modules).toMatchObject({
      camera: { published: 1000 },
      filter: { delivered: 1000, redelivered: 0, queueDepth: 0 },
    });
    await Promise.all([camera.endAsync(), filter.endAsync()]);
  });

  test('keeps a message whose receiver died before it acknowledged', async () => {
    await using fixture = await startHub();
    const { camera, filter } = await connectPair(fixture);
    const first = holdAcknowledgements(filter);
    await filter.subscribeAsync(inputsOf('filter'), { qos: 1 });
    for (const text of ['a', 'b', 'c']) await camera.publishAsync(outputTopic('camera', 'one'), text, { qos: 1 });
    await until(() => first.received.length === 1);
    first.acknowledge();
    await until(() => first.received.length === 2);
    filter.stream.destroy();
    await until(() => fixture.hub.stats().modules['filter']?.connected === false);
    expect(fixture.hub.stats().modules['filter']).toMatchObject({ delivered: 1, queueDepth: 2 });
    await camera.endAsync();
  });

  test('repeats in order over a reconnect, marked as a duplicate', async () => {
    await using fixture = await startHub();
    const cameraIdentity = fixture.hub.addModule('camera');
    const filterIdentity = fixture.hub.addModule('filter');
    fixture.hub.setRoutes(routes, { timeToLiveSecs: 7200 });
    const camera = await connectModule(fixture, cameraIdentity);
    const dying = await connectModule(fixture, filterIdentity);
    const { received: seen } = holdAcknowledgements(dying);
    await dying.subscribeAsync(inputsOf('filter'), { qos: 1 });
    for (const text of ['a', 'b', 'c']) await camera.publishAsync(outputTopic('camera', 'one'), text, { qos: 1 });
    await until(() => seen.length === 1);
    dying.stream.destroy();
    await until(() => fixture.hub.stats().modules['filter']?.connected === false);

    const received: string[] = [];
    // The session remembers the subscription, so the listener has to stand before the connection does.
    const reborn = await connectModule(fixture, filterIdentity, { clean: true });
    reborn.on('message', (_topic, payload, packet) =>
      received.push(`${payload.toString()}${packet.dup ? ' again' : ''}`),
    );
    await reborn.subscribeAsync(inputsOf('filter'), { qos: 1 });
    await until(() => received.length === 3);
    expect(received).toEqual(['a again', 'b', 'c']);
    expect(fixture.events).toContainEqual({ type: 'message-redelivered', module: 'filter', input: 'one', attempt: 2 });
    await Promise.all([camera.endAsync(), reborn.endAsync()]);
  });

  test('repeats after the acknowledgement timeout with a growing pause, and a late acknowledgement counts', async () => {
    const clock = new ManualClock(Date.now());
    await using fixture = await startHub({ clock, ackTimeoutMs: 30_000 });
    const { camera, filter } = await connectPair(fixture);
    const { received, acknowledge } = holdAcknowledgements(filter);
    // mqtt.js handles one message at a time, so the second copy shows once the first is acknowledged.
    await filter.subscribeAsync(inputsOf('filter'), { qos: 1 });
    await camera.publishAsync(outputTopic('camera', 'one'), 'slow', { qos: 1 });
    await until(() => received.length === 1);
    clock.advance(30_000);
    clock.advance(999);
    expect(fixture.hub.stats().modules['filter']?.redelivered).toBe(0);
    clock.advance(1);
    expect(fixture.hub.stats().modules['filter']?.redelivered).toBe(1);
    acknowledge();
    await until(() => fixture.hub.stats().modules['filter']?.delivered === 1);
    expect(fixture.hub.stats().modules['filter']?.queueDepth).toBe(0);
    await Promise.all([camera.endAsync(true), filter.endAsync(true)]);
  });

  test('drops and counts what nobody fetched within its time to live', async () => {
    const clock = new ManualClock(Date.now());
    await using fixture = await startHub({ clock });
    const { camera, filter } = await connectPair(fixture);
    fixture.hub.setRoutes(routes, { timeToLiveSecs: 60 });
    await camera.publishAsync(outputTopic('camera', 'one'), 'old', { qos: 1 });
    clock.advance(60_000);
    await camera.publishAsync(outputTopic('camera', 'one'), 'new', { qos: 1 });
    const received: string[] = [];
    filter.on('message', (_topic, payload) => received.push(payload.toString()));
    await filter.subscribeAsync(inputsOf('filter'), { qos: 1 });
    await until(() => received.length > 0);
    expect(received).toEqual(['new']);
    expect(fixture.hub.stats().modules['filter']?.dropped.expired).toBe(1);
    await Promise.all([camera.endAsync(), filter.endAsync()]);
  });

  test('takes a message as delivered once it is written, for a subscriber of quality of service 0', async () => {
    await using fixture = await startHub();
    const { camera, filter } = await connectPair(fixture);
    const received: string[] = [];
    filter.on('message', (_topic, payload, { qos }) => received.push(`${payload.toString()} ${qos}`));
    await filter.subscribeAsync(inputsOf('filter'), { qos: 0 });
    for (const text of ['a', 'b']) await camera.publishAsync(outputTopic('camera', 'one'), text, { qos: 1 });
    await until(() => received.length === 2);
    expect(received).toEqual(['a 0', 'b 0']);
    await until(() => fixture.hub.stats().modules['filter']?.delivered === 2);
    await Promise.all([camera.endAsync(), filter.endAsync()]);
  });

  test('closes the publisher instead of acknowledging what it has no room for', async () => {
    await using fixture = await startHub({ queueLimitBytes: 1000 });
    const { camera, filter } = await connectPair(fixture);
    const gone = closed(camera);
    camera.publish(outputTopic('camera', 'one'), 'x'.repeat(1000), { qos: 1 });
    await gone;
    expect(fixture.events).toContainEqual(
      expect.objectContaining({
        type: 'refused',
        reason: expect.stringContaining('the queue of filter is full') as string,
      }),
    );
    await filter.endAsync();
  });
});
