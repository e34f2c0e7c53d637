import { lstatSync, readlinkSync } from 'node:fs';
import { mkdtemp, readFile, readlink, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { sleep } from '@companion/foundation';
import { FastClock, injectFlushFaults } from '@companion/foundation/testing';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { rejectionOf } from '../domain/control.ts';
import type { ActivateSpec } from '../domain/desired.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { openVolume } from '../volume/open-volume.ts';
import { startDeepStream, type DeepStreamDouble } from '../testing/deepstream.ts';
import type { ControlView } from './control-view.ts';
import { ReleaseControl } from './release-control.ts';
import { placeRelease } from '../testing/place-release.ts';

const spec: ActivateSpec = {
  by: 'supervisor',
  module: 'DeepStream',
  socket: undefined,
  healthyAfterSec: 2,
  giveUpAfterSec: 30,
  expectMessages: false,
};

describe('the control of releases on a volume', () => {
  let root: string;
  let layout: VolumeLayout;
  let deepStream: DeepStreamDouble;
  let control: ReleaseControl;
  const bad = new Set<string>();

  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'control-'));
    layout = await openVolume(root);
    bad.clear();
    deepStream = startDeepStream({ root, exitCodeOf: (id) => (bad.has(id) ? 134 : undefined) });
    for (const id of ['a1', 'b2', 'c3']) await placeRelease(layout, id);
    await open();
  });
  afterEach(async () => {
    await control.stop();
    await deepStream.stop();
    await rm(root, { recursive: true, force: true });
  });

  async function open(): Promise<void> {
    control = new ReleaseControl({
      layout,
      clock: new FastClock(100),
      log: pino({ level: 'silent' }),
      random: Math.random,
      onView: () => undefined,
    });
    await control.start();
  }
  async function until(probe: (view: ControlView) => boolean): Promise<ControlView> {
    await vi.waitFor(() => expect(probe(control.view), JSON.stringify(control.view)).toBe(true), {
      timeout: 8000,
      interval: 5,
    });
    return control.view;
  }
  const steadyOn = (id: string): Promise<ControlView> =>
    until((view) => view.control.active === id && view.control.activation.phase === 'steady');
  const current = async (): Promise<string> => basename(await readlink(join(root, 'current')));

  test.skipIf(process.platform !== 'linux')(
    'shows what the link names when its flush fails, and makes the link once more',
    async () => {
      await control.activate('a1', spec);
      await steadyOn('a1');
      const links: number[] = [];
      const faults = await injectFlushFaults((path) => {
        if (path !== root || !readlinkSync(layout.current).endsWith('b2')) return false;
        links.push(lstatSync(layout.current).ino);
        return links.length === 1;
      });
      await control.activate('b2', spec);
      await until(({ current: named, problem }) => named === 'b2' && problem?.code === 'EIO');
      await steadyOn('b2');
      faults.restore();
      expect(links[1]).not.toBe(links[0]);
    },
  );

  test('goes back by itself when DeepStream does not live on a release, and does not try it again', async () => {
    bad.add('b2');
    await control.activate('a1', spec);
    await steadyOn('a1');
    await control.activate('b2', spec);
    await until((view) => view.control.activation.phase === 'returning');
    const view = await steadyOn('a1');
    expect(rejectionOf(view.control, 'b2')).toMatchObject({
      code: 'UNHEALTHY',
      message: expect.stringContaining('134') as string,
    });
    expect(await current()).toBe('a1');
    await control.activate('b2', spec);
    expect(await current()).toBe('a1');
    expect(deepStream.started).toEqual(['a1', 'b2', 'a1']);
  });

  test('stops flapping when the old release fails too, and says so', async () => {
    await control.activate('a1', spec);
    await steadyOn('a1');
    bad.add('a1').add('b2');
    await control.activate('b2', spec);
    await until((view) => view.control.activation.phase === 'stuck');
    expect(deepStream.started).toEqual(['a1', 'b2', 'a1']);
    await control.activate('c3', spec);
    await steadyOn('c3');
  });

  test('goes on after a restart without any twin: with a trial, and with the way back', async () => {
    bad.add('b2');
    await control.activate('a1', spec);
    await steadyOn('a1');
    await control.activate('b2', spec);
    await until((view) => view.control.activation.phase === 'trying');
    await control.stop();
    await open();
    await until((view) => view.control.activation.phase === 'returning');
    await control.stop();
    await open();
    await steadyOn('a1');
    expect(await current()).toBe('a1');
  });

  test('restarts nothing and writes nothing for a release that is active', async () => {
    await control.activate('a1', spec);
    await steadyOn('a1');
    const { ctimeMs } = await stat(layout.state);
    await control.activate('a1', spec);
    await control.stop();
    await open();
    await until((view) => view.health?.state === 'running');
    expect((await stat(layout.state)).ctimeMs).toBe(ctimeMs);
    expect(deepStream.started).toEqual(['a1']);
  });

  test('waits for messages where they are expected, and goes back without', async () => {
    const expecting = { ...spec, expectMessages: true };
    await control.activate('a1', expecting);
    const beat = setInterval(() => control.messageSeen(), 5);
    await steadyOn('a1');
    clearInterval(beat);
    await control.activate('b2', expecting);
    const { control: state } = await until((view) => view.control.activation.phase === 'returning');
    expect(rejectionOf(state, 'b2')?.message).toContain('no message');
  });

  test('follows the operator back', async () => {
    await control.activate('a1', spec);
    await steadyOn('a1');
    expect(await control.put({ type: 'rollback' })).toBe(false);
    await control.activate('b2', spec);
    await steadyOn('b2');
    expect(await control.put({ type: 'rollback' })).toBe(true);
    await steadyOn('a1');
    expect(await current()).toBe('a1');
  });

  test('starts again from what is current where the saved state is none of ours', async () => {
    await control.activate('a1', spec);
    await steadyOn('a1');
    await control.stop();
    await writeFile(layout.state, '{"format":');
    await open();
    expect(control.view.control.activation).toMatchObject({ phase: 'trying', release: 'a1' });
    await control.activate('a1', spec);
    await steadyOn('a1');
    expect(JSON.parse(await readFile(layout.state, 'utf8'))).toMatchObject({ format: 1 });
    expect(deepStream.started).toEqual(['a1']);
  });

  test('keeps trying where the daemon does not answer, and says what stands in the way', async () => {
    await control.activate('a1', { ...spec, by: 'docker', socket: join(root, 'none.sock') });
    const { problem } = await until((view) => view.problem !== undefined);
    expect(problem?.code).toBe('SOCKET_UNREACHABLE');
    await control.activate('a1', spec);
    await steadyOn('a1');
  });

  describe('while DeepStream is switched off', () => {
    const life = (): string => control.view.health?.state ?? '';

    test('a release is neither healthy nor given up, and settles when DeepStream comes back', async () => {
      await control.activate('a1', spec);
      await steadyOn('a1');
      await deepStream.stop();
      await writeFile(join(root, 'supervisor.status'), stopped('a1'));
      await until(() => life() === 'starting');
      await control.activate('b2', spec);
      await passes(4 * spec.giveUpAfterSec);
      expect(control.view).toMatchObject({
        health: { state: 'starting' },
        hint: expect.stringContaining('stopped') as string,
      });
      expect(control.view.control.rejected).toEqual([]);
      deepStream = startDeepStream({ root });
      await steadyOn('b2');
    });

    test('a supervisor that was killed is noticed by its missing heartbeat, whatever its status says', async () => {
      await deepStream.stop();
      const status = (beats: number): Promise<unknown> =>
        Promise.all([
          writeFile(join(root, 'supervisor.status'), running('a1', 'first')),
          writeFile(join(root, 'supervisor.heartbeat'), `supervisor=first\nbeats=${beats}\n`),
        ]);
      await control.activate('a1', { ...spec, healthyAfterSec: 1 });
      await status(1);
      await until(() => life() === 'starting' || life() === 'settling');
      await status(2);
      await steadyOn('a1');
      await until((view) => view.health?.state === 'starting' && view.hint !== undefined);
      expect(control.view.hint).toContain('no sign of life');
      expect(control.view.control.activation.phase).toBe('steady');
    });

    test('a status that a dead supervisor left behind makes no release healthy', async () => {
      await deepStream.stop();
      await writeFile(join(root, 'supervisor.status'), running('a1', 'dead'));
      await writeFile(join(root, 'supervisor.heartbeat'), 'supervisor=dead\nbeats=9\n');
      await control.activate('a1', spec);
      await passes(4 * spec.giveUpAfterSec);
      expect(control.view.control).toMatchObject({ active: undefined, rejected: [] });
    });

    test('an older supervisor without a heartbeat counts as alive, and is reported', async () => {
      await deepStream.stop();
      await writeFile(join(root, 'supervisor.status'), running('a1', '1').replace(/heartbeatSeconds=.*\n/, ''));
      await control.activate('a1', spec);
      await steadyOn('a1');
      await until((view) => view.hint?.includes('older supervisor.sh') === true);
    });
  });

  function running(release: string, supervisor: string): string {
    const fields = { state: 'running', release, starts: 1, exitCode: '', since: 1, supervisor, heartbeatSeconds: 10 };
    return `${Object.entries(fields)
      .map(([key, value]) => `${key}=${value}`)
      .join('\n')}\n`;
  }
  function stopped(release: string): string {
    return running(release, 'stopped').replace('state=running', 'state=stopped');
  }
  /** Waits so many seconds of the control's own clock, which runs a hundred times faster. */
  function passes(seconds: number): Promise<void> {
    return sleep(new FastClock(100), seconds * 1000, new AbortController().signal);
  }
});
