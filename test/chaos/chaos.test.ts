import { describe, expect, test } from 'vitest';
import { gremlins } from './gremlins/registry.ts';
import { runStorm } from './run-storm.ts';
import { describeStorm, planStorm } from './storm.ts';

/** `CHAOS_SEEDS=4,5 CHAOS_MINUTES=10 npx vitest run --config vitest.long.config.ts test/chaos` takes others. */
const seeds = (process.env['CHAOS_SEEDS'] ?? '1,2,3').split(',').map(Number);
const minutes = Number(process.env['CHAOS_MINUTES'] ?? '3');
/** Start, coming to rest, and a machine that is busy with something else. */
const besideMs = 7 * 60_000;

describe.concurrent(`the running system after ${minutes} minutes of trouble`, () => {
  test.each(seeds)(
    'runs the newest release, has told the truth, and has left nothing over: seed %i',
    { timeout: minutes * 60_000 + besideMs },
    async (seed) => {
      const storm = planStorm(seed, minutes * 60_000, gremlins);
      process.stdout.write(describeStorm(storm));
      const { violations, skipped, folder, kills, events } = await runStorm(storm);
      const kept = folder === undefined ? '' : `, log and disks are kept in ${folder}`;
      for (const reason of skipped) process.stdout.write(`seed ${seed}: skipped, ${reason}\n`);
      process.stdout.write(`seed ${seed}: ${kills} kills, ${events} changes of spots${kept}\n`);
      expect(violations, `npm run chaos -- --seed ${seed} --minutes ${minutes}`).toEqual([]);
      expect(events).toBeGreaterThan(0);
    },
  );
});
