import { request } from 'node:http';
import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import type { HttpEnv } from '../../contract/contract.ts';
import { connectModule, deviceId, outputTopic, startHub, type HubFixture } from '../../testing/started-hub.ts';

const twinPath = `/twins/${deviceId}/modules/filter`;
const json = { 'content-type': 'application/json' };

function call({ address }: HubFixture, path: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`http://127.0.0.1:${address.apiPort}${path}`, init);
}

function send(fixture: HubFixture, method: string, path: string, body: unknown, headers = {}): Promise<Response> {
  return call(fixture, path, { method, headers: { ...json, ...headers }, body: JSON.stringify(body) });
}

/** Reads server-sent events until there are `count` of them, then hangs up. */
async function readEvents(response: Response, count: number): Promise<{ id: number; data: unknown }[]> {
  const events: { id: number; data: unknown }[] = [];
  let text = '';
  if (response.body === null) return events;
  for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const parts = text.split('\n\n');
    text = parts.pop() ?? '';
    for (const part of parts) {
      const found = /^id: (\d+)\ndata: (.*)$/u.exec(part);
      if (found !== null) events.push({ id: Number(found[1]), data: JSON.parse(found[2] ?? '') as unknown });
    }
    if (events.length >= count) break;
  }
  return events;
}

describe('twins over the service API', () => {
  test('are read and merged in IoT Hub’s shapes', async () => {
    await using fixture = await startHub();
    fixture.hub.addModule('filter', { a: 1, b: { c: 2, d: 3 } });
    const body = { properties: { desired: { a: null, b: { c: 4 }, list: [1, 2] } } };
    const patched = await send(fixture, 'PATCH', `${twinPath}?api-version=2021-04-12`, body);
    expect(patched.status).toBe(200);
    const read = await call(fixture, twinPath);
    expect(await read.json()).toMatchObject({
      deviceId,
      moduleId: 'filter',
      connectionState: 'Disconnected',
      etag: expect.any(String) as string,
      properties: {
        desired: { b: { c: 4, d: 3 }, list: [1, 2], $version: 2, $metadata: {} },
        reported: { $version: 1 },
      },
    });
  });

  test('take back what was read, edited', async () => {
    await using fixture = await startHub();
    fixture.hub.addModule('filter', { a: 1 });
    const twin = (await (await call(fixture, twinPath)).json()) as { properties: { desired: object } };
    const desired = { ...twin.properties.desired, a: 2 };
    expect((await send(fixture, 'PUT', twinPath, { properties: { desired } })).status).toBe(200);
    expect(fixture.hub.twins.get('filter').properties.desired).toMatchObject({ a: 2, $version: 2 });
  });

  test('are refused with what is wrong, and then unchanged', async () => {
    await using fixture = await startHub();
    fixture.hub.addModule('filter', { a: 1 });
    const large = Object.fromEntries(Array.from({ length: 9 }, (_, index) => [`k${index}`, 'x'.repeat(4000)]));
    const answers = [
      await send(fixture, 'PATCH', twinPath, { properties: { desired: { 'a.b': 1 } } }),
      await send(fixture, 'PATCH', twinPath, { properties: { desired: large } }),
      await send(fixture, 'PATCH', twinPath, { properties: { desired: { a: 2 } } }, { 'if-match': '"stale"' }),
      await send(fixture, 'PATCH', twinPath, { desired: { a: 2 } }),
      await call(fixture, twinPath, { method: 'PATCH', body: '{"properties":{"desired":{"a":2}}}' }),
      await call(fixture, twinPath, { method: 'PATCH', headers: json, body: '{' }),
      await send(fixture, 'PATCH', `/twins/${deviceId}/modules/nobody`, { properties: { desired: { a: 2 } } }),
      await send(fixture, 'PATCH', '/twins/other/modules/filter', { properties: { desired: { a: 2 } } }),
      await call(fixture, twinPath, { method: 'DELETE' }),
      await call(fixture, '/nothing'),
      await call(fixture, `/twins/${deviceId}/modules/%zz`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([400, 413, 412, 400, 400, 400, 404, 404, 400, 404, 400]);
    expect(await answers[1]?.json()).toEqual({
      Message: expect.stringMatching(/^ErrorCode:RequestEntityTooLarge;.*36027 bytes, more than 32768/) as string,
      ExceptionMessage: expect.any(String) as string,
    });
    expect(fixture.hub.twins.get('filter').properties.desired).toMatchObject({ a: 1, $version: 1 });
  });

  test('change where the ETag is the current one', async () => {
    await using fixture = await startHub();
    fixture.hub.addModule('filter');
    const { etag } = fixture.hub.twins.get('filter');
    const body = { properties: { desired: { a: 2 } } };
    expect((await send(fixture, 'PATCH', twinPath, body, { 'if-match': `"${etag}"` })).status).toBe(200);
    expect((await send(fixture, 'PATCH', twinPath, body, { 'if-match': `"${etag}"` })).status).toBe(412);
    expect((await send(fixture, 'PATCH', twinPath, body, { 'if-match': '*' })).status).toBe(200);
  });
});

describe('methods over the service API', () => {
  const path = `${twinPath}/methods`;

  test('answer what the module answers', async () => {
    await using fixture = await startHub();
    const module = await connectModule(fixture, fixture.hub.addModule('filter'));
    module.on('message', (topic, payload) => {
      const [, name, requestId] = /^\$iothub\/methods\/POST\/(\w+)\/\?\$rid=(.+)$/u.exec(topic) ?? [];
      module.publish(
        `$iothub/methods/res/207/?$rid=${requestId ?? ''}`,
        `{"name":"${name ?? ''}","got":${payload.toString()}}`,
      );
    });
    await module.subscribeAsync('$iothub/methods/POST/#');
    const answer = await send(fixture, 'POST', path, { methodName: 'restart', payload: { now: true } });
    expect(await answer.json()).toEqual({ status: 207, payload: { name: 'restart', got: { now: true } } });
    expect(fixture.events).toContainEqual({ type: 'method-invoked', module: 'filter', name: 'restart', status: 207 });
    await module.endAsync();
  });

  test('are refused where the module is not connected, not there, or the call makes no sense', async () => {
    await using fixture = await startHub();
    fixture.hub.addModule('filter');
    const statuses = await Promise.all([
      send(fixture, 'POST', path, { methodName: 'restart' }),
      send(fixture, 'POST', `/twins/${deviceId}/modules/nobody/methods`, { methodName: 'restart' }),
      send(fixture, 'POST', path, { payload: 1 }),
      send(fixture, 'POST', path, { methodName: 'a/b' }),
      send(fixture, 'POST', path, { methodName: 'restart', responseTimeoutInSeconds: 1 }),
      call(fixture, path),
    ]);
    expect(statuses.map(({ status }) => status)).toEqual([404, 404, 400, 400, 400, 400]);
    expect(await statuses[0].json()).toMatchObject({ Message: expect.stringContaining('DeviceNotOnline') as string });
  });
});

describe('the upstream feed over the service API', () => {
  test('replays what it remembers and goes on with what comes', async () => {
    await using fixture = await startHub();
    const module = await connectModule(fixture, fixture.hub.addModule('filter'));
    fixture.hub.setRoutes({ up: 'FROM /* INTO $upstream' }, { timeToLiveSecs: 60 });
    const publish = (body: string | Buffer): Promise<unknown> =>
      module.publishAsync(outputTopic('filter', 'events', '&k=v'), body, { qos: 1 });
    await publish('{"n":1}');
    await publish('text');
    await publish(Buffer.from([0xff, 0x00]));
    const response = await call(fixture, '/messages/events?from=2');
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    await publish('{"n":4}');
    expect(await readEvents(response, 3)).toMatchObject([
      { id: 2, data: { sequence: 2, moduleId: 'filter', output: 'events', properties: { k: 'v' }, body: 'text' } },
      { id: 3, data: { bodyBase64: '/wA=' } },
      { id: 4, data: { body: { n: 4 } } },
    ]);
    const resumed = await call(fixture, '/messages/events', { headers: { 'last-event-id': '3' } });
    expect(await readEvents(resumed, 1)).toMatchObject([{ id: 4 }]);
    await module.endAsync();
  });
});

describe('the service API', () => {
  test('lists on its front page what there is, extra routes included', async () => {
    const routes = new Hono<HttpEnv>();
    routes.get('/modules', (context) => context.text('from outside'));
    await using fixture = await startHub({
      serviceExtension: {
        routes,
        help: ['GET   /modules   the processes'],
      },
    });
    const page = await (await call(fixture, '/')).text();
    expect(page).toContain('/messages/events');
    expect(page).toContain('GET   /modules   the processes');
    expect(await (await call(fixture, '/modules')).text()).toBe('from outside');
  });

  test('lists the modules', async () => {
    await using fixture = await startHub();
    fixture.hub.addModule('filter');
    expect(await (await call(fixture, `/devices/${deviceId}/modules`)).json()).toMatchObject([
      { deviceId, moduleId: 'filter', connectionState: 'Disconnected' },
    ]);
  });

  test('does not answer a page that rebound its own name to this machine', async () => {
    await using fixture = await startHub();
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const options = { host: '127.0.0.1', port: fixture.address.apiPort, headers: { host: 'evil.example' } };
      request(options, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).toBe(400);
  });
});
