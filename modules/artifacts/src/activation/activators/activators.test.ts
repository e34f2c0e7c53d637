import { mkdtemp, readFile, realpath, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { ActivatorKind } from '../../domain/activator-kinds.ts';
import type { ActivateSpec } from '../../domain/desired.ts';
import type { Release } from '../../domain/release.ts';
import { switchLinkDurably } from '../../volume/durable.ts';
import type { VolumeLayout } from '../../volume/layout.ts';
import { openVolume } from '../../volume/open-volume.ts';
import { anyRelease, type Activator, type Look } from './activator.ts';
import { createActivator } from './registry.ts';
import { dialects, startDaemon, type DaemonDouble } from '../../testing/daemon.ts';
import { startDeepStream, type DeepStreamDouble } from '../../testing/deepstream.ts';
import { placeRelease } from '../../testing/place-release.ts';

const never = new AbortController().signal;
const moduleName = 'DeepStream';
let folder: string;
let layout: VolumeLayout;
let deepStream: DeepStreamDouble | DaemonDouble | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'activator-'));
  layout = await openVolume(join(folder, 'volume'));
});
afterEach(async () => {
  await deepStream?.stop();
  deepStream = undefined;
  await rm(folder, { recursive: true, force: true });
});

const socket = (): string => join(folder, 'daemon.sock');
function activatorOf(by: ActivatorKind, more: Partial<ActivateSpec> = {}): Activator {
  const usesSocket = by === 'edged' || by === 'docker';
  const spec: ActivateSpec = {
    by,
    module: moduleName,
    socket: usesSocket ? socket() : undefined,
    healthyAfterSec: 1,
    giveUpAfterSec: 10,
    expectMessages: false,
    ...more,
  };
  return createActivator(spec, layout);
}
async function consumer(by: ActivatorKind, modelUpdate?: 'ok' | 'failed'): Promise<DeepStreamDouble | DaemonDouble> {
  deepStream =
    by === 'edged' || by === 'docker'
      ? await startDaemon(dialects[by], socket(), moduleName)
      : startDeepStream({ root: layout.root, ...(modelUpdate === undefined ? {} : { modelUpdate }) });
  return deepStream;
}
async function activate(activator: Activator, release: Release): Promise<void> {
  await activator.prepare(release);
  await switchLinkDurably(layout.current, `releases/${release.id}`);
  await activator.notify(release, never);
}
async function seen(activator: Activator, probe: (look: Look) => boolean): Promise<Look> {
  return vi.waitFor(
    async () => {
      const look = await activator.look(never);
      expect(probe(look), JSON.stringify(look)).toBe(true);
      return look;
    },
    { timeout: 5000, interval: 5 },
  );
}
const runs = (id: string) => (look: Look) => look.sighting.release === id;

describe.each<ActivatorKind>(['supervisor', 'edged', 'docker', 'ota'])('activation by %s', (by) => {
  test('makes DeepStream run the release, and the next one', async () => {
    await consumer(by);
    const activator = activatorOf(by);
    await activate(activator, await placeRelease(layout, 'a1'));
    const first = await seen(activator, runs('a1'));
    await activate(activator, await placeRelease(layout, 'b2'));
    const second = await seen(activator, runs('b2'));
    expect(second.sighting.process).not.toBe(first.sighting.process);
  });

  test('may be done again after a cut, by an activator that knows nothing of the first time', async () => {
    await consumer(by);
    const release = await placeRelease(layout, 'a1');
    await activate(activatorOf(by), release);
    await activate(activatorOf(by), release);
    await seen(activatorOf(by), ({ sighting }) => sighting.release === 'a1' || sighting.release === anyRelease);
  });

  test('starts DeepStream again on what it runs when asked to', async () => {
    await consumer(by);
    const activator = activatorOf(by);
    await activate(activator, await placeRelease(layout, 'a1'));
    const before = await seen(activator, runs('a1'));
    await activator.restart(never);
    await seen(activator, (look) => runs('a1')(look) && look.sighting.process !== before.sighting.process);
  });

  test('sees that DeepStream ended, with its exit code and a hint', async () => {
    const double = await consumer(by);
    const activator = activatorOf(by);
    await activate(activator, await placeRelease(layout, 'a1'));
    await seen(activator, runs('a1'));
    double.exit(255);
    const look = await seen(activator, ({ sighting }) => sighting.release === undefined);
    expect(look.sighting.exitCode).toBe(255);
    expect(look.hint).toBeDefined();
  });
});

describe.each<'edged' | 'docker'>(['edged', 'docker'])('the socket of %s', (by) => {
  test('that is not there is named', async () => {
    await expect(activatorOf(by).restart(never)).rejects.toMatchObject({
      code: 'SOCKET_UNREACHABLE',
      facts: { socket: socket(), reason: 'ENOENT' },
    });
  });

  test('that knows no such module is told apart from one that refuses', async () => {
    deepStream = await startDaemon(dialects[by], socket(), 'Another');
    await expect(activatorOf(by).restart(never)).rejects.toMatchObject({ code: 'MODULE_UNKNOWN' });
    await expect(activatorOf(by).look(never)).rejects.toMatchObject({ code: 'MODULE_UNKNOWN' });
  });
});

describe('activation by ota', () => {
  const infer = '[property]\nlabelfile-path=labels.txt\nmodel-engine-file=net.engine\n';
  const engine = { 'net.engine': 'plan', 'infer.txt': infer, 'labels.txt': 'car\n' };
  const ota = (): string => join(layout.root, 'ota.txt');

  test('gives a new engine to the running app: the file is written in place, nothing restarts', async () => {
    const double = (await consumer('ota', 'ok')) as DeepStreamDouble;
    const activator = activatorOf('ota');
    await activate(activator, await placeRelease(layout, 'a1', { model: engine }));
    const before = await seen(activator, runs('a1'));
    const { ino } = await stat(ota());
    await activate(activator, await placeRelease(layout, 'b2', { model: engine }));
    const after = await seen(activator, runs('b2'));
    expect(after.sighting.process).toBe(before.sighting.process);
    expect(after.advice).toBeUndefined();
    expect(double.started).toEqual(['a1']);
    expect((await stat(ota())).ino).toBe(ino);
    const model = join(await realpath(layout.releases), 'b2', 'models/m');
    expect(await readFile(ota(), 'utf8')).toBe(
      `[primary-gie]\nenable=1\nconfig-file=${model}/infer.txt\nmodel-engine-file=${model}/net.engine\n`,
    );
  });

  test('gives the engine again after a cut, and believes a new answer only', async () => {
    const double = (await consumer('ota', 'ok')) as DeepStreamDouble;
    await activate(activatorOf('ota'), await placeRelease(layout, 'a1', { model: engine }));
    await seen(activatorOf('ota'), runs('a1'));
    const next = await placeRelease(layout, 'b2', { model: engine });
    await activate(activatorOf('ota'), next);
    await seen(activatorOf('ota'), runs('b2'));
    await writeFile(ota(), '');
    await activate(activatorOf('ota'), next);
    expect(await readFile(ota(), 'utf8')).toContain('b2/models/m/net.engine');
    expect(double.started).toEqual(['a1']);
  });

  test.each([
    ['failed', 'could not load the new engine'],
    [undefined, 'did not say that it took the new engine'],
  ] as const)('takes a restart where the answer is %s, and says why', async (answer, why) => {
    const double = (await consumer('ota', answer)) as DeepStreamDouble;
    const activator = activatorOf('ota', { giveUpAfterSec: 1 });
    await activate(activator, await placeRelease(layout, 'a1', { model: engine }));
    await seen(activator, runs('a1'));
    await activate(activator, await placeRelease(layout, 'b2', { model: engine }));
    const look = await seen(activator, (one) => runs('b2')(one) && double.started.length === 2);
    expect(look.advice).toContain(why);
  });

  test.each<[string, Record<string, string>]>([
    ['the engine has still to be built', { 'net.onnx': 'net', 'infer.txt': infer, 'labels.txt': 'car\n' }],
    ['the labels are others', { ...engine, 'labels.txt': 'car\nbus\n' }],
    ['the thresholds are others', { ...engine, 'infer.txt': `${infer}[class-attrs-all]\npre-cluster-threshold=0.4\n` }],
    ['the config of the detector is missing', { 'net.engine': 'plan' }],
  ])('takes a restart where %s', async (_why, model) => {
    const double = (await consumer('ota', 'ok')) as DeepStreamDouble;
    const activator = activatorOf('ota');
    await activate(activator, await placeRelease(layout, 'a1', { model: engine }));
    await seen(activator, runs('a1'));
    await activate(activator, await placeRelease(layout, 'b2', { model }));
    await seen(activator, runs('b2'));
    expect(double.started).toEqual(['a1', 'b2']);
  });
});

test('activation by none touches nobody', async () => {
  const activator = activatorOf('none');
  await activate(activator, await placeRelease(layout, 'a1'));
  await activator.restart(never);
  expect(activator.watches).toBe(false);
  expect((await activator.look(never)).sighting.release).toBeUndefined();
});
