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

test('the supervisor that artifacts puts into the volume lies beside its bundle', () => {
  const inSource = readFileSync(join(root, 'modules/artifacts/src/supervisor.sh'), 'utf8');
  expect(readFileSync(join(out, 'artifacts/supervisor.sh'), 'utf8')).toBe(inSource);
});
