/**
 * The running system under a seeded storm: `npm run chaos -- [--seed N] [--minutes M] [--plan]`.
 *
 * Without --seed it takes one of its own; either way the seed is printed at start and end, and the same seed does the same
 * things. --plan prints what a storm would do, and does nothing. Exit codes: 0 all is well; 1 something is not as it must be; 2 usage.
 */
import { randomInt } from 'node:crypto';
import { parseArgs } from 'node:util';
import { gremlins } from './gremlins/registry.ts';
import { runStorm } from './run-storm.ts';
import { describeStorm, planStorm } from './storm.ts';

const usage = 'usage: npm run chaos -- [--seed N] [--minutes M] [--plan]\n';
const text = { type: 'string' } as const;
const { values } = parseArgs({ options: { seed: text, minutes: text, plan: { type: 'boolean' } } });
const seed = Number(values.seed ?? randomInt(1, 1_000_000));
const minutes = Number(values.minutes ?? '3');
if (!Number.isSafeInteger(seed) || seed < 0 || !(minutes > 0 && minutes <= 120)) {
  process.stderr.write(usage);
  process.exitCode = 2;
} else {
  const storm = planStorm(seed, minutes * 60_000, gremlins);
  process.stdout.write(describeStorm(storm));
  if (values.plan !== true) {
    const { violations, skipped, folder, kills, events } = await runStorm(storm);
    for (const reason of skipped) process.stdout.write(`skipped: ${reason}\n`);
    for (const violation of violations) process.stdout.write(`not so: ${violation}\n`);
    if (folder !== undefined) process.stdout.write(`log and disks are kept in ${folder}\n`);
    const verdict = violations.length === 0 ? 'all is well' : `${violations.length} things are not as they must be`;
    process.stdout.write(`seed ${seed}, ${minutes} min, ${kills} kills, ${events} changes of spots: ${verdict}\n`);
    process.exitCode = violations.length === 0 ? 0 : 1;
  }
}
