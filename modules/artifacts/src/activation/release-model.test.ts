import { mkdtemp, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { FastClock } from '@companion/foundation/testing';
import fc from 'fast-check';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { startDeepStream } from '../testing/deepstream.ts';
import { ReleaseControl } from './release-control.ts';
import { placeRelease } from '../testing/place-release.ts';
import { rejectionOf, targetOf } from '../domain/control.ts';
import type { ActivateSpec } from '../domain/desired.ts';
import { openVolume } from '../volume/open-volume.ts';

/** What may happen on a device: the twin wants a release, a release turns bad or good, the module is cut, time passes. */
type Happening =
  | { readonly type: 'want'; readonly release: string }
  | { readonly type: 'spoil' | 'mend'; readonly release: string }
  | { readonly type: 'cut' }
  | { readonly type: 'wait' };

const releases = ['a1', 'b2', 'c3'];
const spec: ActivateSpec = {
  by: 'supervisor',
  module: 'DeepStream',
  socket: undefined,
  healthyAfterSec: 2,
  giveUpAfterSec: 10,
  expectMessages: false,
};
const release = fc.constantFrom(...releases);
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 3, arbitrary: release.map((id): Happening => ({ type: 'want', release: id })) },
  { weight: 1, arbitrary: release.map((id): Happening => ({ type: 'spoil', release: id })) },
  { weight: 1, arbitrary: release.map((id): Happening => ({ type: 'mend', release: id })) },
  { weight: 2, arbitrary: fc.constant<Happening>({ type: 'cut' }) },
  { weight: 2, arbitrary: fc.constant<Happening>({ type: 'wait' }) },
);

test(
  'whatever happens in whatever order, the volume comes to rest where a simple model says',
  { timeout: 60_000 },
  async () => {
    await fc.assert(fc.asyncProperty(fc.array(happening, { minLength: 3, maxLength: 8 }), release, comesToRest), {
      numRuns: 12,
      seed: Number(process.env['FUZZ_SEED'] ?? 20_260_101),
      endOnFailure: true,
    });
  },
);

async function comesToRest(happenings: readonly Happening[], last: string): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), 'model-'));
  const layout = await openVolume(root);
  for (const id of releases) await placeRelease(layout, id);
  const bad = new Set<string>();
  const deepStream = startDeepStream({ root, exitCodeOf: (id) => (bad.has(id) ? 1 : undefined) });
  const open = async (): Promise<ReleaseControl> => {
    const clock = new FastClock(200);
    const made = new ReleaseControl({
      layout,
      clock,
      log: pino({ level: 'silent' }),
      random: Math.random,
      onView: () => undefined,
    });
    await made.start();
    return made;
  };
  let control = await open();
  try {
    for (const one of happenings) {
      if (one.type === 'want') await control.activate(one.release, spec);
      if (one.type === 'spoil') bad.add(one.release);
      if (one.type === 'mend') bad.delete(one.release);
      if (one.type === 'cut') {
        await control.stop();
        control = await open();
      }
      if (one.type === 'wait') await new Promise((resolve) => setTimeout(resolve, 15));
    }
    // From here on everything is well again, and the twin wants the last release, whatever was rejected before.
    bad.clear();
    await control.restart();
    await control.put({ type: 'forgive', release: last });
    await control.activate(last, spec);
    await vi.waitFor(
      () => {
        const { control: state, health } = control.view;
        expect([state.activation.phase, state.active, health?.state], JSON.stringify(control.view)).toEqual([
          'steady',
          last,
          'running',
        ]);
      },
      { timeout: 8000, interval: 5 },
    );
    const { control: state } = control.view;
    expect(basename(await readlink(layout.current))).toBe(last);
    expect(targetOf(state)).toBe(last);
    expect(rejectionOf(state, last)).toBeUndefined();
    expect(JSON.parse(await readFile(layout.state, 'utf8'))).toMatchObject({ control: { active: last } });
  } finally {
    await control.stop();
    await deepStream.stop();
    await rm(root, { recursive: true, force: true });
  }
}
