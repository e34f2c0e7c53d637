import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { HubServer } from '@companion/simulator';
import { addedBytes, type HistoryLine } from '../../scripts/added-bytes.ts';
import { listImages } from '../../scripts/image-list.ts';
import { findEngine, startModule, type ModuleContainer } from './engine.ts';

const engine = await findEngine();
const title = engine.ok ? 'on a Docker Engine' : `skipped, no engine with our images: ${engine.reason}`;
if (!engine.ok) console.warn(title);
const modules = ['artifacts', 'filter'];

/** What a module's process may do and see, found out from inside. */
const look = `
  import { lstatSync, readdirSync, readFileSync, writeFileSync, rmSync } from 'node:fs';
  const status = Object.fromEntries(readFileSync('/proc/self/status', 'utf8').split('\\n').map((l) => l.split(/:\\s+/)));
  const mounts = readFileSync('/proc/mounts', 'utf8').trim().split('\\n').map((l) => l.split(' ')[1]);
  const writable = (folder) => {
    try { writeFileSync(folder + '/probe', ''); rmSync(folder + '/probe'); return 'yes'; } catch (e) { return e.code; }
  };
  console.log(JSON.stringify({
    uid: process.getuid(), gid: process.getgid(), capabilities: [status.CapEff, status.CapPrm, status.CapBnd],
    noNewPrivileges: status.NoNewPrivs,
    sockets: mounts.filter((m) => { try { return lstatSync(m).isSocket(); } catch { return false; } }),
    writable: Object.fromEntries(['/', '/app', '/tmp', '/etc', '/artifacts', '/data'].map((f) => [f, writable(f)])),
    files: readdirSync('/app', { recursive: true }),
  }));`;

interface Sight {
  readonly uid: number;
  readonly gid: number;
  readonly capabilities: readonly string[];
  readonly noNewPrivileges: string;
  readonly sockets: readonly string[];
  readonly writable: Readonly<Record<string, string>>;
  readonly files: readonly string[];
}

describe.skipIf(!engine.ok)(title, () => {
  const client = engine.ok ? engine.client : (undefined as never);
  // Starting one takes seconds where the engine copies the image: one of each does for all tests, which build on each other.
  const containers = new Map<string, ModuleContainer>();
  const container = (name: string): ModuleContainer => containers.get(name) ?? expect.fail(`${name} did not start`);
  const sights = new Map<string, Sight>();
  const folders: string[] = [];
  let hub: HubServer | undefined;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), 'images-'));
    folders.push(folder);
    // The containers' user is another one than the one that runs the tests.
    await chmod(folder, 0o755);
    hub = new HubServer({
      deviceId: 'laptop',
      iotHubHostName: 'simulated.azure-devices.net',
      workloadSocketPath: join(folder, 'workload.sock'),
      log: pino({ level: 'silent' }),
    });
    const { caCertificatePem } = await hub.start();
    const authority = join(folder, 'ca.pem');
    await writeFile(authority, caCertificatePem);
    for (const name of modules) {
      const env = {
        EdgeHubConnectionString: hub.addModule(name).connectionString,
        EdgeModuleCACertificateFile: '/ca.pem',
        // The health check asks the port that the environment names, so it has to be a certain one.
        METRICS_PORT: String(await freePort()),
      };
      containers.set(name, await startModule(client, name, { env, binds: [`${authority}:/ca.pem:ro`] }));
    }
    for (const name of modules) sights.set(name, (await container(name).evaluate(look)) as Sight);
  }, 90_000);

  afterAll(async () => {
    for (const one of containers.values()) await one[Symbol.asyncDispose]();
    await hub?.stop();
    for (const folder of folders) await rm(folder, { recursive: true, force: true });
  }, 90_000);

  test.each(modules)('%s becomes healthy with the createOptions of the deployment template', async (name) => {
    await untilHealth(container(name), 'healthy');
  });

  test.each(modules)(
    '%s runs without root, capabilities and sockets, and writes into its volume only',
    async (name) => {
      const seen = sights.get(name);
      expect(seen).toMatchObject({ uid: 1000, gid: 1000, noNewPrivileges: '1', sockets: [] });
      expect(seen?.capabilities).toEqual(['0000000000000000', '0000000000000000', '0000000000000000']);
      expect(seen?.writable).toEqual({
        '/': 'EROFS',
        '/app': 'EROFS',
        '/tmp': 'EROFS',
        '/etc': 'EROFS',
        ...(name === 'artifacts'
          ? { '/artifacts': 'yes', '/data': 'ENOENT' }
          : { '/artifacts': 'EROFS', '/data': 'yes' }),
      });
      const mounts = (await container(name).state()).Mounts.filter(({ Source }) => !Source.endsWith('/ca.pem'));
      expect(new Set(mounts.map(({ Type }) => Type))).toEqual(new Set(['volume']));
    },
  );

  test.each(modules)('%s comes with its bundle, source map and licences, and without packages', (name) => {
    const files = sights.get(name)?.files ?? [];
    const dist = ['main.cjs', 'main.cjs.map', 'LICENSES.txt', 'main.cjs.LEGAL.txt', 'sbom.cdx.json'];
    expect(files).toEqual(expect.arrayContaining(['LICENSE', ...dist.map((file) => `modules/${name}/dist/${file}`)]));
    expect(files.filter((file) => file.includes('node_modules'))).toEqual([]);
  });

  test('a hub that goes away makes them unhealthy', async () => {
    await hub?.stop();
    for (const name of modules) await untilHealth(container(name), 'unhealthy');
  });

  test('started without a hub they stay up and say that they are unhealthy', async () => {
    for (const name of modules) await container(name).restart();
    for (const name of modules) {
      await untilHealth(container(name), 'unhealthy');
      expect(await container(name).state()).toMatchObject({ RestartCount: 0, State: { Running: true } });
    }
  }, 40_000);

  test.each(modules)('%s ends within 2 s of docker stop, with exit code 0', async (name) => {
    expect(await container(name).stop()).toBeLessThan(2000);
    expect((await container(name).state()).State.ExitCode).toBe(0);
  });

  test.each(['amd64', 'amd64.debug'] as const)('the images of %s add at most 5 MB to their base', async (platform) => {
    for (const { image } of listImages(platform, process.env)) {
      const history = (await client.call('GET', `/images/${image}/history`)) as HistoryLine[];
      expect(addedBytes(history), image).toBeLessThanOrEqual(5_000_000);
    }
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilHealth(container: ModuleContainer, status: string): Promise<void> {
  await vi.waitUntil(async () => (await container.state()).State.Health?.Status === status, {
    timeout: 15_000,
    interval: 100,
  });
}
