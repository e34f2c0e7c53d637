import { request } from 'node:https';
import { describe, expect, test } from 'vitest';
import { connectModule, createSasToken, deviceId, startHub, until, type HubFixture } from '../testing/started-hub.ts';
import { ManualClock } from '@companion/foundation/testing';

const methods = '$iothub/methods/POST/#';

describe('a direct method', () => {
  test('waits for the module to connect as long as the caller allows', async () => {
    await using fixture = await startHub();
    const identity = fixture.hub.addModule('filter');
    const answer = fixture.hub.invokeMethod('filter', 'ping', null, { connectTimeoutMs: 20_000 });
    const client = await connectModule(fixture, identity);
    client.on('message', (topic) =>
      client.publish(`$iothub/methods/res/200/?$rid=${topic.split('$rid=')[1] ?? ''}`, ''),
    );
    await client.subscribeAsync(methods);
    expect(await answer).toEqual({ status: 200, payload: null });
    await client.endAsync();
  });

  test('fails when the module does not connect, or does not answer in time', async () => {
    const clock = new ManualClock(Date.now());
    await using fixture = await startHub({ clock });
    const identity = fixture.hub.addModule('filter');
    const unconnected = fixture.hub.invokeMethod('filter', 'ping', null, { connectTimeoutMs: 1000 });
    clock.advance(1000);
    await expect(unconnected).rejects.toMatchObject({ code: 'METHOD_NOT_CONNECTED' });
    const client = await connectModule(fixture, identity);
    const calls: string[] = [];
    client.on('message', (topic) => calls.push(topic));
    await client.subscribeAsync(methods);
    const unanswered = fixture.hub.invokeMethod('filter', 'ping', null, { responseTimeoutMs: 5000 });
    await until(() => calls.length === 1);
    clock.advance(5000);
    await expect(unanswered).rejects.toMatchObject({ code: 'METHOD_TIMEOUT' });
    await client.endAsync();
  });

  test('fails for an answer that is no JSON, and is not answered by another module', async () => {
    await using fixture = await startHub();
    const filter = await connectModule(fixture, fixture.hub.addModule('filter'));
    const camera = await connectModule(fixture, fixture.hub.addModule('camera'));
    const requestIds: string[] = [];
    filter.on('message', (topic) => requestIds.push(topic.split('$rid=')[1] ?? ''));
    await filter.subscribeAsync(methods);
    const call = fixture.hub.invokeMethod('filter', 'ping', null);
    call.catch(() => undefined);
    await until(() => requestIds.length === 1);
    const topic = `$iothub/methods/res/200/?$rid=${requestIds[0] ?? ''}`;
    await camera.publishAsync(topic, '{"forged":true}', { qos: 1 });
    filter.publish(topic, 'no json');
    await expect(call).rejects.toMatchObject({ code: 'METHOD_BAD_RESPONSE' });
    await Promise.all([filter.endAsync(), camera.endAsync()]);
  });

  test.each([['a/b'], ['a#'], [''], ['a b'], ['x'.repeat(101)]])('is refused by the name %j', async (name) => {
    await using fixture = await startHub();
    fixture.hub.addModule('filter');
    await expect(fixture.hub.invokeMethod('filter', name, null)).rejects.toMatchObject({ code: 'METHOD_INVALID' });
  });
});

/** One call of edgeHub's HTTPS head; gives the status. */
function post({ address }: HubFixture, path: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const { port, caCertificatePem: ca } = address;
    const call = request({ host: 'localhost', port, ca, path, method: 'POST', agent: false, headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    call.on('error', reject);
    call.end('{"methodName":"ping"}');
  });
}

describe('a method call from module to module', () => {
  test('is refused without a token that is the caller’s own', async () => {
    await using fixture = await startHub();
    const filter = fixture.hub.addModule('filter');
    const artifacts = fixture.hub.addModule('artifacts');
    const path = `/twins/${deviceId}/modules/filter/methods?api-version=2018-06-30`;
    const caller = { 'content-type': 'application/json', 'x-ms-edge-moduleid': `${deviceId}/artifacts` };
    expect(await post(fixture, path, caller)).toBe(401);
    expect(await post(fixture, path, { ...caller, authorization: createSasToken(filter) })).toBe(401);
    expect(await post(fixture, path, { 'content-type': 'application/json' })).toBe(401);
    const authorized = { ...caller, authorization: createSasToken(artifacts) };
    // Authorized, but nobody listens.
    expect(await post(fixture, path, authorized)).toBe(404);
    expect(await post(fixture, '/anything', authorized)).toBe(404);
    expect(fixture.hub.stats().refused).toBe(3);
  });
});
