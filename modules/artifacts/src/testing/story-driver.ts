import { readFileSync } from 'node:fs';
import { FastClock } from '@companion/foundation/testing';
import { pino } from 'pino';
import { slowBytes } from './story.ts';
import { releasePhase, type ModuleState } from '../reconcile/module-state.ts';
import { makeReconciler } from './make-reconciler.ts';
import { lockVolume } from '../volume/lock.ts';

/**
 * The module without a hub, as a process that the kill suite can kill: `story-driver.ts ROOT TWINS` takes the twins of a
 * JSON file one after the other, each until nothing moves any more, and ends with 0.
 */
const [, , root = '', twins = ''] = process.argv;
const documents = JSON.parse(readFileSync(twins, 'utf8')) as Record<string, never>[];

const lock = await lockVolume(root, 'the story');
let wake = (): void => undefined;
const reconciler = await makeReconciler(root, {
  clock: new FastClock(100),
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
  // What runs may still be looked through and mended.
  if (phase !== 'rolledBack' && state.wanted?.preparation.state !== 'ready') return false;
  const { activation } = state.releases.control;
  return (
    activation.phase === 'steady' &&
    state.releases.health?.state === 'running' &&
    (phase === 'running' || phase === 'rolledBack')
  );
}
