import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { formatDiagnostic } from '@companion/foundation';
import { injectFlushFaults } from '@companion/foundation/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ActivateSpec } from '../domain/desired.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { openVolume } from '../volume/open-volume.ts';
import { ControlStore } from './control-store.ts';

const spec: ActivateSpec = {
  by: 'docker',
  module: 'DeepStream',
  socket: '/run/docker.sock',
  healthyAfterSec: 30,
  giveUpAfterSec: 1800,
  expectMessages: false,
};
const rejected = [{ id: 'bad0', code: 'UNHEALTHY', message: 'ended with exit code 139' }];
const trying = { phase: 'trying', release: 'c3', told: true, starts: 1 };

let layout: VolumeLayout;
beforeEach(async () => {
  layout = await openVolume(await mkdtemp(join(tmpdir(), 'control-store-')));
});
afterEach(() => rm(layout.root, { recursive: true, force: true }));

async function open(state: unknown): Promise<ControlStore> {
  await writeFile(layout.state, JSON.stringify(state));
  const store = new ControlStore(layout);
  await store.load();
  return store;
}
const written = async (): Promise<unknown> => JSON.parse(await readFile(layout.state, 'utf8'));
const said = (store: ControlStore): readonly string[] => store.findings.map(formatDiagnostic);

test('a state as the first version wrote it is read whole', async () => {
  const control = { active: 'b2', previous: 'a1', rejected, activation: trying };
  const store = await open({ format: 1, control, spec });
  expect(store.control).toEqual(control);
  expect(store.spec).toEqual(spec);
  expect(store.findings).toEqual([]);
});

test.skipIf(process.platform !== 'linux')(
  'what could not be saved is not what a later start goes on with',
  async () => {
    const control = { active: 'b2', previous: 'a1', rejected: [], activation: { phase: 'steady' } };
    const store = await open({ format: 1, control, spec });
    const faults = await injectFlushFaults((path) => path === layout.root);
    await expect(store.put({ type: 'rollback' })).rejects.toMatchObject({ code: 'EIO' });
    faults.restore();
    expect(store.control).toEqual(control);
    expect(await written()).toMatchObject({ control: { activation: { phase: 'returning' } } });
    await store.settle();
    expect(await written()).toMatchObject({ control });
  },
);

describe('a state of a newer version', () => {
  test('with another way to activate keeps its releases, and the way stays for the version that knows it', async () => {
    const newer = { ...spec, by: 'systemd', unit: 'deepstream.service' };
    const control = { active: 'b2', previous: 'a1', rejected, activation: { phase: 'steady' } };
    const store = await open({ format: 1, control, spec: newer });
    expect(store.control).toEqual(control);
    expect(store.spec).toBeUndefined();
    expect(said(store)).toEqual([expect.stringContaining('state.json: spec: warning')]);
    await store.put({ type: 'reject', rejection: { id: 'e5', code: 'BAD_ARCHIVE', message: 'no archive' } });
    expect(await written()).toMatchObject({ control: { active: 'b2', previous: 'a1' }, spec: newer });
    await store.activate('c3', spec);
    expect(await written()).toMatchObject({ control: { active: 'b2', activation: { release: 'c3' } }, spec });
    expect(store.findings).toEqual([]);
  });

  test('in a phase that is not known goes back to the release that was proven', async () => {
    const activation = { phase: 'canary', release: 'c3', share: 0.1 };
    const store = await open({ format: 1, control: { active: 'b2', previous: 'a1', rejected, activation }, spec });
    expect(store.control).toEqual({ active: 'b2', previous: 'a1', rejected, activation: { phase: 'steady' } });
    expect(said(store)).toEqual([expect.stringContaining('control.activation')]);
  });

  test('in a phase that is not known, with nothing proven, looks at what is current', async () => {
    const store = await open({ format: 1, control: { rejected: [], activation: { phase: 'canary' } }, spec });
    expect(store.control.activation).toEqual({ phase: 'none' });
    expect(store.spec).toEqual(spec);
  });

  test('with more fields and another format keeps them and says so', async () => {
    const control = { active: 'b2', rejected: [], activation: { phase: 'steady' }, pinned: ['a1'] };
    const store = await open({ format: 2, control, spec, fleet: 'north' });
    expect(store.control.active).toBe('b2');
    expect(store.findings.map(({ code }) => code)).toEqual(['STATE_NEWER', 'STATE_NEWER', 'STATE_NEWER']);
    await store.activate('c3', spec);
    expect(await written()).toMatchObject({ format: 1, fleet: 'north', control: { active: 'b2', pinned: ['a1'] } });
  });
});

describe('a state that is damaged', () => {
  test('in one rejection keeps the others', async () => {
    const control = { active: 'b2', rejected: [{ id: 7 }, ...rejected], activation: trying };
    const store = await open({ format: 1, control, spec });
    expect(store.control).toMatchObject({ active: 'b2', rejected, activation: trying });
    expect(said(store)).toEqual([expect.stringContaining('control.rejected[0]')]);
  });

  test.each([[], 'text', null, { format: 1 }])(
    'as a whole (%j) is nothing to go on from, and that is said',
    async (state) => {
      await writeFile(layout.state, JSON.stringify(state));
      const store = new ControlStore(layout);
      expect(await store.load()).toBe(false);
      expect(store.control.activation).toEqual({ phase: 'none' });
      expect(store.findings).not.toEqual([]);
    },
  );

  test('a state that is not there is no finding', async () => {
    const store = new ControlStore(layout);
    expect(await store.load()).toBe(false);
    expect(store.findings).toEqual([]);
  });
});
