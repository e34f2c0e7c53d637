import { eventually } from '../eventually.ts';
import { gremlins } from './gremlins/registry.ts';
import type { Aftermath } from './invariant.ts';
import { invariants } from './invariants/registry.ts';
import type { Scene } from './releases.ts';
import type { Storm } from './storm.ts';
import { Witness } from './witness.ts';
import { World } from './world.ts';

/** What came of a storm. */
export interface Outcome {
  /** What is not as it must be, with the name of the invariant; nothing where all is well. */
  readonly violations: readonly string[];
  /** Kinds of trouble that could not be made here, and why. */
  readonly skipped: readonly string[];
  /** Where log and disks were kept; undefined where all is well. */
  readonly folder: string | undefined;
  readonly kills: number;
  readonly events: number;
}

/** To come to rest the system has so long: back-off of supervisor and downloads included. */
const restMs = 120_000;
/** A release that the storm has never tried, so that it was never rejected for what the storm did. */
const lastMark = 1_000;

/** Runs a system through a storm, lets it come to rest, and looks at what must be so. */
export async function runStorm(storm: Storm): Promise<Outcome> {
  const world = await World.open();
  const witness = new Witness(world);
  const violations: string[] = [];
  const look = async (when: 'running' | 'stopped', aftermath: Aftermath): Promise<void> => {
    for (const invariant of invariants.filter((one) => one.when === when)) {
      const found = await invariant.violations(aftermath);
      violations.push(...found.map((text) => `${invariant.name}: ${text}`));
    }
  };
  let skipped: readonly string[] = [];
  try {
    witness.start();
    await atRest({ world, witness, storm, beganMs: performance.now(), scene: 'a' });
    const beganMs = performance.now();
    skipped = await blow(storm, world, beganMs);
    const scene: Scene = storm.seed % 2 === 0 ? 'b' : 'c';
    world.want(scene, lastMark + storm.seed);
    const aftermath = { world, witness, storm, beganMs, scene };
    await atRest(aftermath).catch(() => undefined);
    await look('running', aftermath);
    witness.stop();
    await world.stop();
    await look('stopped', aftermath);
  } catch (error) {
    violations.push(
      `the storm could not be run: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
    );
    await world.stop().catch(() => undefined);
  } finally {
    witness.stop();
  }
  const failed = violations.length > 0;
  await world.clear(failed ? 'keep' : 'remove');
  const folder = failed ? world.root : undefined;
  return { violations, skipped, folder, kills: world.kills.length, events: witness.changes.length };
}

/** Waits until the newest release runs and the events are the true ones. */
async function atRest(aftermath: Aftermath): Promise<void> {
  const wanted = ['the newest release runs', 'the events upstream are the true ones'];
  await eventually(
    async () => {
      for (const invariant of invariants.filter(({ name }) => wanted.includes(name))) {
        const [first] = await invariant.violations(aftermath);
        if (first !== undefined) throw new Error(`${invariant.name}: ${first}`);
      }
    },
    restMs,
    250,
  );
}

/** Takes the steps at their times; resolves when all of them are undone, with what could not be done here. */
async function blow({ steps, durationMs }: Storm, world: World, beganMs: number): Promise<readonly string[]> {
  const missing = new Map(gremlins.map(({ name, unavailable }) => [name, unavailable()]));
  const failures: unknown[] = [];
  /** By kind: on a busy machine one may take longer than planned, and the next of its kind waits for it. */
  const newest = new Map<string, Promise<void>>();
  const untilMs = (atMs: number): Promise<void> => world.wait(Math.max(0, beganMs + atMs - performance.now()));
  for (const step of steps) {
    const gremlin = gremlins.find(({ name }) => name === step.gremlin);
    if (gremlin === undefined || missing.get(gremlin.name) !== undefined) continue;
    await untilMs(step.atMs);
    const before = newest.get(gremlin.name) ?? Promise.resolve();
    const acted = before.then(() => gremlin.act(world, step)).catch((error: unknown) => void failures.push(error));
    newest.set(gremlin.name, acted);
  }
  await untilMs(durationMs);
  await Promise.all(newest.values());
  if (failures.length > 0) throw new Error(`trouble could not be made: ${failures.map(String).join('; ')}`);
  return [...missing.values()].filter((reason) => reason !== undefined);
}
