import { once } from 'node:events';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { create } from 'tar';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { JsonObject } from '@companion/foundation';
import { sha256 } from '@companion/foundation/node';
import { openSimulator, startDemo } from '@companion/simulator';

const patience = { timeout: 60_000, interval: 100 };
const command = 'supervisor.sh /artifacts deepstream-test5-app';

test('a new engine is taken by the running app, proven by what it says; one that it can not load takes a restart', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ota-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const template = await readFile('deployment.template.json', 'utf8');
  const templatePath = join(folder, 'deployment.template.json');
  await writeFile(templatePath, template.replace(command, `${command} -o /artifacts/ota.txt`));
  await using simulator = await openSimulator({
    templatePath,
    environment: process.env,
    root: folder,
    hubPort: 0,
    apiPort: 0,
    standInEnvironment: { DEEPSTREAM_STAND_IN_ENGINE_BUILD_MS: '100' },
    backoffUnitMs: 300,
    log: pino({ level: 'silent' }),
  });
  await using demo = await startDemo({ root: folder, seed: 1 });
  const served = new Map<string, Buffer>();
  const server = createServer(({ url = '' }, response) => void response.end(served.get(url.slice(1))));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());

  const reported = (): JsonObject => simulator.hub.twins.get('artifacts').properties.reported;
  const patch = (desired: JsonObject): unknown => simulator.hub.twins.patchDesired('artifacts', desired);
  /** The release that runs, other than `before`, and how often DeepStream was started for it. */
  async function running(before?: string): Promise<{ release: string; starts: string | undefined }> {
    return vi.waitFor(async () => {
      const { id, state } = (reported()['release'] ?? {}) as { id?: string; state?: string };
      const status = await readFile(join(simulator.volume, 'supervisor.status'), 'utf8').catch(() => '');
      const starts = /^starts=(\d+)$/m.exec(status)?.[1];
      if (id === undefined || id === before || state !== 'running')
        throw new Error(JSON.stringify({ ...reported(), status }));
      expect(status).toContain(`release=${id}\n`);
      return { release: id, starts };
    }, patience);
  }
  /** The demo's model with a built engine beside it, as an artifact. */
  async function modelWithEngine(name: string, engine: string): Promise<JsonObject> {
    const directory = join(folder, name);
    await cp(join(simulator.volume, 'current/models/resnet10'), directory, { recursive: true, dereference: true });
    for (const file of (await readdir(directory)).filter((one) => one.endsWith('.engine'))) {
      await writeFile(join(directory, file), engine);
    }
    await create({ gzip: true, cwd: directory, file: `${directory}.tar.gz` }, await readdir(directory));
    const body = await readFile(`${directory}.tar.gz`);
    served.set(`${name}.tar.gz`, body);
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}.tar.gz`;
    return { url, sha256: sha256(body), sizeBytes: body.length };
  }

  await simulator.start();
  demo.patchTwins(simulator);
  patch({ deepstream: { activate: { by: 'ota', healthyAfterSec: 1, giveUpAfterSec: 20 } } });
  const first = await running();
  const built = await vi.waitFor(async () => {
    const files = await readdir(join(simulator.volume, 'current/models/resnet10'));
    const engine = files.find((file) => file.endsWith('.engine'));
    if (engine === undefined) throw new Error('the engine is not built yet');
    return engine;
  }, patience);
  const named = { group: 'primary-gie', set: { 'model-engine-file': `../../models/resnet10/${built}` } };
  patch({ deepstream: { edits: { engine: named } } });
  const second = await running(first.release);
  expect(second.starts).not.toBe(first.starts);

  patch({ artifacts: { resnet10: await modelWithEngine('newer', 'another engine') } });
  const third = await running(second.release);
  expect(third.starts).toBe(second.starts);
  const said = await readFile(join(simulator.volume, 'deepstream.log'), 'utf8');
  expect(said).toMatch(/Updated model : .*\.engine, .*result: ok/);

  // The stand-in, as TensorRT, can not load an engine of no bytes; at its next start it builds one.
  patch({ artifacts: { resnet10: await modelWithEngine('empty', '') } });
  const fourth = await running(third.release);
  expect(Number(fourth.starts)).toBe(Number(third.starts) + 1);
  expect(reported()['hint']).toMatch(/could not load the new engine while it ran/);
}, 240_000);
