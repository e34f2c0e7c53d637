import { link, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { X509Certificate } from 'node:crypto';
import { connect } from 'node:tls';
import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import pino from 'pino';
import {
  closed,
  connectModule,
  deviceId,
  inputsOf,
  iotHubHostName,
  outputTopic,
  startHub,
  until,
} from './testing/started-hub.ts';
import { HubServer } from './hub-server.ts';

const log = pino({ level: 'silent' });

describe('a hub', () => {
  test('keeps twins, queues, ports and CA over stop and start', async () => {
    await using fixture = await startHub();
    const { hub } = fixture;
    const identity = hub.addModule('filter', { a: 1 });
    hub.setRoutes({ loop: 'FROM /* INTO BrokeredEndpoint("/modules/filter/inputs/in1")' }, { timeToLiveSecs: 60 });
    const client = await connectModule(fixture, identity);
    await client.publishAsync(outputTopic('filter', 'out'), 'kept', { qos: 1 });
    const gone = closed(client);
    await hub.stop();
    await gone;
    await hub.stop();
    expect(await hub.start()).toEqual(fixture.address);
    const again = await connectModule(fixture, identity);
    const arrived = new Promise<string>((resolve) =>
      again.on('message', (_topic, payload) => resolve(payload.toString())),
    );
    await again.subscribeAsync(inputsOf('filter'), { qos: 1 });
    expect(await arrived).toBe('kept');
    expect(hub.twins.get('filter').properties.desired).toMatchObject({ a: 1 });
    await again.endAsync();
  });

  test('says which port is in use, and then listens nowhere', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    await using fixture = await startHub();
    const options = { deviceId, iotHubHostName, log, workloadSocketPath: `${fixture.socketPath}2` };
    const expected = { code: 'PORT_IN_USE', message: expect.stringContaining(`port ${port}`) as string };
    await expect(new HubServer({ ...options, port }).start()).rejects.toMatchObject(expected);
    await expect(new HubServer({ ...options, apiPort: port }).start()).rejects.toMatchObject(expected);
    other.close();
  });

  test('does not take a workload socket that is alive, is no socket or has too long a path', async () => {
    await using fixture = await startHub();
    const options = { deviceId, iotHubHostName, log };
    const second = new HubServer({ ...options, workloadSocketPath: fixture.socketPath });
    await expect(second.start()).rejects.toMatchObject({ code: 'SOCKET_IN_USE' });
    const file = join(fixture.socketPath, '..', 'file');
    await writeFile(file, '');
    const third = new HubServer({ ...options, workloadSocketPath: file });
    await expect(third.start()).rejects.toMatchObject({ code: 'SOCKET_IN_USE' });
    const tooLong = new HubServer({
      ...options,
      workloadSocketPath: join(fixture.socketPath, '..', 'x'.repeat(200)),
    });
    await expect(tooLong.start()).rejects.toMatchObject({ code: 'LISTEN_FAILED' });
  });

  test('replaces a workload socket that a dead process left', async () => {
    await using fixture = await startHub();
    const path = `${fixture.socketPath}2`;
    const dead = createServer().listen(path);
    await once(dead, 'listening');
    // A second name of the socket outlives its server, as the file of a killed process does.
    await link(path, `${path}3`);
    dead.close();
    const hub = new HubServer({ deviceId, iotHubHostName, log, workloadSocketPath: `${path}3` });
    await hub.start();
    await hub.stop();
  });

  test('presents a certificate for localhost, both loopback addresses and the gateway’s name', async () => {
    await using fixture = await startHub({ gatewayHostName: 'gateway.example' });
    const { port, caCertificatePem } = fixture.address;
    for (const servername of ['localhost', 'gateway.example']) {
      const socket = connect({ host: '127.0.0.1', port, servername, ca: caCertificatePem });
      await once(socket, 'secureConnect');
      expect(socket.authorized).toBe(true);
      const raw = socket.getPeerCertificate().raw;
      expect(new X509Certificate(raw).subjectAltName).toBe(
        'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:gateway.example',
      );
      socket.destroy();
    }
  });

  test('refuses names, doubles and twins that cannot be, and modules before it has a port', async () => {
    const idle = new HubServer({ deviceId, iotHubHostName, log, workloadSocketPath: '/nowhere' });
    expect(() => idle.addModule('filter')).toThrow(expect.objectContaining({ code: 'NOT_STARTED' }) as Error);
    await using fixture = await startHub();
    const { hub } = fixture;
    hub.addModule('filter');
    hub.addModule('$edgeAgent');
    const refusals = [
      [() => hub.addModule('filter'), 'MODULE_EXISTS'],
      [() => hub.addModule('a/b'), 'MODULE_NAME_INVALID'],
      [() => hub.addModule('+'), 'MODULE_NAME_INVALID'],
      [() => hub.addModule('camera', { 'a b': 1 }), 'TWIN_INVALID'],
      [() => hub.removeModule('camera'), 'MODULE_UNKNOWN'],
      [() => hub.twins.get('camera'), 'MODULE_UNKNOWN'],
      [() => hub.disconnect('camera'), 'MODULE_UNKNOWN'],
    ] as const;
    for (const [act, code] of refusals) expect(act).toThrow(expect.objectContaining({ code }) as Error);
    hub.addModule('camera');
  });

  test('cuts a removed module off, and does not know its key any more', async () => {
    await using fixture = await startHub();
    const identity = fixture.hub.addModule('filter');
    const client = await connectModule(fixture, identity);
    const gone = closed(client);
    fixture.hub.removeModule('filter');
    await gone;
    await expect(connectModule(fixture, identity)).rejects.toThrow(/Not authorized/);
    fixture.hub.addModule('filter');
    await expect(connectModule(fixture, identity)).rejects.toThrow(/Not authorized/);
  });

  test('can cut a connection as a network would', async () => {
    await using fixture = await startHub();
    const client = await connectModule(fixture, fixture.hub.addModule('filter'));
    await until(() => fixture.hub.stats().modules['filter']?.connected === true);
    const gone = closed(client);
    expect(fixture.hub.disconnect('filter')).toBe(true);
    await gone;
    expect(fixture.hub.disconnect('filter')).toBe(false);
  });
});
