import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { createFastClock } from '../activation/fast-clock.fixture.ts';
import { createReconciler } from '../reconciler.ts';
import { releasePhase, type ModuleState } from '../report.ts';
import { openVolume } from '../volume/volume.ts';

/**
 * The module without a hub, as a process that the kill suite can kill: `story-driver.ts ROOT TWINS` takes the twins of a
 * JSON file one after the other, each until nothing moves any more, and ends with 0.
 */
const [, , root = '', twins = ''] = process.argv;
const documents = JSON.parse(readFileSync(twins, 'utf8')) as Record<string, never>[];

let wake = (): void => undefined;
const reconciler = createReconciler({
  layout: await openVolume(root),
  clock: createFastClock(100),
  log: pino({ level: 'silent' }),
  onState: () => wake(),
});
await reconciler.start();
for (const [index, properties] of documents.entries()) {
  reconciler.submit({ version: index + 1, properties });
  while (!settled(reconciler.state, index + 1)) await new Promise<void>((resolve) => (wake = resolve));
}
await reconciler.prune();
await reconciler.stop();

function settled(state: ModuleState, version: number): boolean {
  const phase = releasePhase(state)?.state;
  const { activation } = state.releases.control;
  return (
    state.desiredVersion === version &&
    activation.phase === 'steady' &&
    state.releases.health?.state === 'running' &&
    (phase === 'running' || phase === 'rolledBack')
  );
}
