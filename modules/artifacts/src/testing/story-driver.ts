import { readFileSync } from 'node:fs';
import { pino } from 'pino';
import { createFastClock } from './fast-clock.ts';
import { createReconciler } from '../reconcile/reconciler.ts';
import { slowBytes } from './story.ts';
import { releasePhase, type ModuleState } from '../report/reported-properties.ts';
import { lockVolume } from '../volume/lock.ts';
import { openVolume } from '../volume/open-volume.ts';

/**
 * The module without a hub, as a process that the kill suite can kill: `story-driver.ts ROOT TWINS` takes the twins of a
 * JSON file one after the other, each until nothing moves any more, and ends with 0.
 */
const [, , root = '', twins = ''] = process.argv;
const documents = JSON.parse(readFileSync(twins, 'utf8')) as Record<string, never>[];

const lock = await lockVolume(root, 'the story');
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
await lock.release();

function settled(state: ModuleState, version: number): boolean {
  if (state.desiredVersion !== version) return false;
  const { slow } = state.artifacts;
  // It never ends: the next twin overtakes it, when its bytes were flushed once.
  if (slow !== undefined) return (slow.receivedBytes ?? 0) > slowBytes + 65_536;
  const phase = releasePhase(state)?.state;
  const { activation } = state.releases.control;
  return (
    activation.phase === 'steady' &&
    state.releases.health?.state === 'running' &&
    (phase === 'running' || phase === 'rolledBack')
  );
}
