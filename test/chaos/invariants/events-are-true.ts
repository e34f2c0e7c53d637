import type { Aftermath, Invariant } from '../invariant.ts';
import { spotNames, takenIn } from '../releases.ts';
import { idsInOutbox, type SpotChange } from '../witness.ts';

/** For so long after a disk failed filter keeps what it knows in memory only: it tries the disk again every 10 s. */
const volatileAfterMs = 12_000;

/**
 * What can be true although detections are lost while a process is down, an event being one id however often it comes:
 *
 * - the last event of each spot says what the scene shows;
 * - every event that was seen in the outbox is upstream, and no id has two bodies;
 * - each event of a spot follows on the one before: its `previous` is that one's state, and it differs from it.
 *
 * One exception is honest: a filter that is killed while its disk does not take what it writes may forget what it said, and
 * say it again. A spot may break the chain as often as that happened, no more.
 */
export const eventsAreTrue: Invariant = {
  name: 'the events upstream are the true ones',
  when: 'running',
  async violations(aftermath) {
    const { witness, scene, world } = aftermath;
    const states = witness.states();
    const wrong = spotNames
      .map((spot) => [spot, takenIn[scene].includes(spot) ? 'occupied' : 'empty'] as const)
      .filter(([spot, state]) => states.get(spot) !== state)
      .map(([spot, state]) => `${spot} is ${state}, the last event says ${states.get(spot) ?? 'nothing'}`);
    const lost = [...witness.accepted]
      .filter((id) => !witness.has(id))
      .map((id) => `event ${id} was in the outbox and is not upstream`);
    const waiting = (await idsInOutbox(world.diskOf('filter'))).map((id) => `event ${id} still waits`);
    const twofold = witness.contradictions.map((id) => `event ${id} came with two bodies`);
    return [...wrong, ...lost, ...waiting, ...twofold, ...brokenChains(aftermath)];
  },
};

function brokenChains(aftermath: Aftermath): readonly string[] {
  const allowed = forgetfulKills(aftermath);
  return spotNames.flatMap((spot) => {
    const broken = brokenLinks(aftermath.witness.changes.filter(({ zone }) => zone === spot));
    return broken.length > allowed ? broken : [];
  });
}

/** Changes of one spot that do not follow on the one before. */
export function brokenLinks(changes: readonly SpotChange[]): readonly string[] {
  return changes.flatMap(({ id, zone, state, previous }, at) => {
    const before = changes[at - 1]?.state ?? 'unknown';
    const follows = previous === before && state !== before;
    return follows ? [] : [`${zone}: event ${id} (${previous} → ${state}) follows ${before}`];
  });
}

/** How often filter was killed while its disk failed or had just failed. */
function forgetfulKills({ storm, world, beganMs }: Aftermath): number {
  const failing = storm.steps.filter(
    ({ args }) => args['disk'] === 'filter' || (args['module'] === 'filter' && args['code'] !== undefined),
  );
  return world.kills.filter(
    ({ target, atMs }) =>
      target === 'filter' &&
      failing.some((step) => atMs - beganMs >= step.atMs && atMs - beganMs <= step.atMs + step.forMs + volatileAfterMs),
  ).length;
}
