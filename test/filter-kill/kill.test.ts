import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { playStory } from './kill-story.ts';
import { createScene } from './scene.ts';

const run = promisify(execFile);
/** `FILTER_KILLS=200 npx vitest run test/filter-kill` is the long one. */
const kills = Number(process.env['FILTER_KILLS'] ?? '5');
const seed = Number(process.env['FILTER_KILL_SEED'] ?? '1');

let out: string;
let moduleFile: string;
beforeAll(async () => {
  out = await mkdtemp(join(tmpdir(), 'kill-bundle-'));
  const root = resolve(import.meta.dirname, '../..');
  await run(process.execPath, ['--import', 'tsx', 'scripts/bundle.ts', '--out', out, 'filter'], { cwd: root });
  moduleFile = join(out, 'filter', 'main.cjs');
}, 60_000);
afterAll(() => rm(out, { recursive: true, force: true }));

describe('the filter, killed at random moments under load while the hub goes away now and then', () => {
  test(
    `tells after ${kills} kills exactly the events of an undisturbed run`,
    { timeout: 60_000 + kills * 6_000 },
    async () => {
      const scene = createScene({ durationMs: 60_000 + kills * 12_000, seed });
      const [undisturbed, killed] = await Promise.all([
        playStory({ scene, kills: 0, seed, moduleFile, framesPerSecond: 400 }),
        playStory({ scene, kills, seed, moduleFile, framesPerSecond: 200 }),
      ]);
      const { events, duplicates, hubBreaks } = killed;
      process.stdout.write(
        `kills ${kills}, hub breaks ${hubBreaks}: ${events.size} events, ${duplicates} of them again with the same id\n`,
      );
      expect(undisturbed.events.size).toBeGreaterThan(kills * 2);
      expect(ofEachZone(killed.events)).toEqual(ofEachZone(undisturbed.events));
      for (const { totals } of [...killed.events.values()].map(dataOf)) {
        expect(totals.occupied + totals.empty + totals.unknown).toBe(totals.spots);
      }
      expect([undisturbed.contradictions, killed.contradictions]).toEqual([0, 0]);
    },
  );
});

interface EventData {
  readonly totals: {
    readonly occupied: number;
    readonly empty: number;
    readonly unknown: number;
    readonly spots: number;
  };
}

function dataOf(event: string): EventData {
  return (JSON.parse(event) as { data: EventData }).data;
}

/**
 * All but the totals. They count the zones of every sensor at that moment, and the frames of different sensors come over
 * different connections: which one is first is not fixed.
 */
function ofEachZone(events: ReadonlyMap<string, string>): readonly string[] {
  return [...events.values()]
    .map((text) => JSON.stringify(JSON.parse(text), (key, value: unknown) => (key === 'totals' ? undefined : value)))
    .sort();
}
