import { firstColumn } from '@companion/foundation/testing';
import { expect, test } from 'vitest';
import { initialState, type ModuleState } from '../reconcile/module-state.ts';
import { createMethods } from './direct-methods.ts';
import { reportedProperties, reportedVolume } from './reported-properties.ts';

const page = new URL('../../../../docs/reference/artifacts-twin.md', import.meta.url);

test('the reference has a row for everything that the twin reports', async () => {
  const error = { code: 'DISK_FULL', message: 'the disk is full', facts: {} };
  const artifacts = Object.fromEntries(
    Array.from({ length: 400 }, (_, index) => [
      `model-${index}`,
      { kind: 'model', sha256: 'a'.repeat(64), state: 'ready' } as const,
    ]),
  );
  const state: ModuleState = {
    ...initialState,
    desiredVersion: 3,
    wentBackFrom: 7,
    artifacts,
    damage: [{ name: 'a1', path: 'models/m', reason: 'is missing' }],
    wanted: { id: 'b2', config: 'configs/c/app.txt', preparation: { state: 'ready' } },
    releases: { ...initialState.releases, current: 'a1', hint: 'start it', problem: error },
  };
  const reported = Object.keys({ ...reportedProperties(state), volume: reportedVolume({ state: 'locked', error }) });
  expect(reported).toEqual(expect.arrayContaining(['artifactsSummary', 'problem', 'hint', 'release', 'current']));
  // Where not all of it fits.
  expect(new Set(await firstColumn(page, 'Reported properties'))).toEqual(new Set([...reported, 'omitted']));
});

test('the reference has a row for every direct method', async () => {
  const methods = createMethods({
    reconciler: {} as never,
    obstacle: () => undefined,
    status: () => ({}),
  });
  expect(await firstColumn(page, 'Direct methods')).toEqual(expect.arrayContaining(Object.keys(methods)));
});
