import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';

import { HubServer } from '@companion/simulator';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');

/** What the images run: made once for all tests, in a folder outside of the repository and its node_modules. */
let out: string;
beforeAll(async () => {
  out = mkdtempSync(join(tmpdir(), 'bundle-'));
  await run(process.execPath, ['--import', 'tsx', 'scripts/bundle.ts', '--out', out], { cwd: root });
}, 60_000);
afterAll(() => rmSync(out, { recursive: true, force: true }));

describe.each(['artifacts', 'filter'])('the bundle of %s', (name) => {
  const file = () => join(out, name, 'main.cjs');

  test('says in one line that it was not started by IoT Edge, and exits with an error', async () => {
    const failed = await run(process.execPath, [file()], { cwd: out, env: {} }).then(
      () => undefined,
      (error: unknown) => error as { code: number; stdout: string; stderr: string },
    );
    expect(failed?.code).toBe(1);
    const lines = `${failed?.stdout ?? ''}${failed?.stderr ?? ''}`.trimEnd().split('\n');
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(new RegExp(`^${name}: .*IOTEDGE_WORKLOADURI`));
  });

  test('connects to a hub with nothing but what edgeAgent injects, and ends cleanly on SIGTERM', async () => {
    const socket = join(out, `${name}.sock`);
    const hub = new HubServer({
      deviceId: 'laptop',
      iotHubHostName: 'simulated.azure-devices.net',
      workloadSocketPath: socket,
      log: pino({ level: 'silent' }),
    });
    onTestFinished(() => hub.stop());
    const { port } = await hub.start();
    const { generationId } = hub.addModule(name);
    const child = spawn(process.execPath, ['--enable-source-maps', file()], {
      cwd: out,
      env: {
        ARTIFACTS_ROOT: join(out, 'volume'),
        METRICS_PORT: '0',
        IOTEDGE_WORKLOADURI: `unix://${socket}`,
        IOTEDGE_DEVICEID: 'laptop',
        IOTEDGE_MODULEID: name,
        IOTEDGE_IOTHUBHOSTNAME: 'simulated.azure-devices.net',
        IOTEDGE_AUTHSCHEME: 'sasToken',
        IOTEDGE_GATEWAYHOSTNAME: `localhost:${port}`,
        IOTEDGE_MODULEGENERATIONID: generationId,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    onTestFinished(() => void child.kill('SIGKILL'));
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    const ended = new Promise((done) => child.once('close', (code, signal) => done({ code, signal })));
    await vi.waitFor(() => expect(hub.twins.get(name).connectionState).toBe('Connected'), { timeout: 15_000 });
    child.kill('SIGTERM');
    expect(await ended, said.join('')).toEqual({ code: 0, signal: null });
  });

  test('comes with its source map and the licences of what is in it', () => {
    const map = JSON.parse(readFileSync(`${file()}.map`, 'utf8')) as { sources: string[]; sourcesContent: string[] };
    expect(map.sources.some((source) => source.endsWith(`modules/${name}/src/main.ts`))).toBe(true);
    expect(map.sourcesContent).toHaveLength(map.sources.length);
    expect(existsSync(`${file()}.LEGAL.txt`)).toBe(true);
  });
});

describe.each(['artifacts', 'filter'])('the bill of materials of %s', (name) => {
  interface Bill {
    readonly components: readonly {
      name: string;
      version: string;
      purl: string;
      licenses?: unknown;
      hashes?: unknown;
    }[];
    readonly dependencies: readonly { ref: string; dependsOn: readonly string[] }[];
  }
  const bill = (): Bill => JSON.parse(readFileSync(join(out, name, 'sbom.cdx.json'), 'utf8')) as Bill;

  test('names every package that its source map has code of, and only those whose licences are with it', () => {
    const map = JSON.parse(readFileSync(join(out, name, 'main.cjs.map'), 'utf8')) as { sources: string[] };
    const inMap = map.sources.map((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1]);
    const listed = new Set(bill().components.map((component) => component.name));
    expect([...inMap].filter((found) => found !== undefined && !listed.has(found))).toEqual([]);
    const licences = readFileSync(join(out, name, 'LICENSES.txt'), 'utf8');
    for (const { name: found, version } of bill().components) expect(licences).toContain(`${found} ${version} (`);
    // The bundle leaves it out; a list of all that is installed would have it.
    expect(listed).not.toContain('@azure/storage-blob');
  });

  test('gives each of them version, package URL, digest and licence, and nothing that changes from build to build', () => {
    for (const component of bill().components) {
      expect(component.purl).toBe(`pkg:npm/${component.name.replace('@', '%40')}@${component.version}`);
      expect(component.hashes).toMatchObject([
        { alg: 'SHA-512', content: expect.stringMatching(/^[0-9a-f]{128}$/) as string },
      ]);
      if (component.name !== 'machina') expect(component.licenses).toHaveLength(1);
    }
    expect(bill()).not.toHaveProperty('serialNumber');
    expect(bill()).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5' });
  });

  test('says what of them needs what, within the bundle', () => {
    const { components, dependencies } = bill();
    const refs = new Set(components.map(({ purl }) => purl));
    expect(new Set(dependencies.slice(1).map(({ ref }) => ref))).toEqual(refs);
    for (const { dependsOn } of dependencies) for (const ref of dependsOn) expect(refs).toContain(ref);
    const sdk = dependencies.find(({ ref }) => ref.startsWith('pkg:npm/azure-iot-device@'));
    expect(sdk?.dependsOn.join()).toContain('pkg:npm/azure-iot-common@');
  });
});

test('the supervisor that artifacts puts into the volume lies beside its bundle', () => {
  const inSource = readFileSync(join(root, 'modules/artifacts/src/supervisor.sh'), 'utf8');
  expect(readFileSync(join(out, 'artifacts/supervisor.sh'), 'utf8')).toBe(inSource);
});
