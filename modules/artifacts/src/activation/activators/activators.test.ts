import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
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
function activatorOf(by: ActivatorKind): Activator {
  const usesSocket = by === 'edged' || by === 'docker';
  const spec: ActivateSpec = {
    by,
    module: moduleName,
    socket: usesSocket ? socket() : undefined,
    healthyAfterSec: 1,
    giveUpAfterSec: 10,
    expectMessages: false,
  };
  return createActivator(spec, layout);
}
async function consumer(by: ActivatorKind): Promise<DeepStreamDouble | DaemonDouble> {
  deepStream =
    by === 'edged' || by === 'docker'
      ? await startDaemon(dialects[by], socket(), moduleName)
      : startDeepStream({ root: layout.root });
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
  const engine = { 'net.engine': 'plan' };

  test('gives a new engine to the running app: the file is written in place, nothing restarts', async () => {
    const double = (await consumer('ota')) as DeepStreamDouble;
    const activator = activatorOf('ota');
    await activate(activator, await placeRelease(layout, 'a1', { model: engine }));
    const before = await seen(activator, runs('a1'));
    const { ino } = await stat(join(layout.root, 'ota.txt'));
    await activate(activator, await placeRelease(layout, 'b2', { model: engine }));
    const after = await seen(activator, runs('b2'));
    expect(after.sighting.process).toBe(before.sighting.process);
    expect(double.started).toEqual(['a1']);
    expect((await stat(join(layout.root, 'ota.txt'))).ino).toBe(ino);
    expect(await readFile(join(layout.root, 'ota.txt'), 'utf8')).toBe(
      `[primary-gie]\nmodel-engine-file=${join(layout.releases, 'b2', 'models/m/net.engine')}\n`,
    );
  });

  test('takes a restart where the engine has still to be built', async () => {
    const double = (await consumer('ota')) as DeepStreamDouble;
    const activator = activatorOf('ota');
    await activate(activator, await placeRelease(layout, 'a1', { model: engine }));
    await seen(activator, runs('a1'));
    await activate(activator, await placeRelease(layout, 'b2', { model: { 'net.onnx': 'net' } }));
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
