/**
 * `npm run fuzz -- --minutes N [--seed S] [--runs R] [--only PART]`: all tests with properties, again and again with new
 * seeds, until the time is over. At the first failure it prints what fast-check has shrunk, and how to run that again.
 * Exit codes: 0 nothing was found; 1 something was; 2 called wrongly.
 */
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';

const root = resolve(import.meta.dirname, '..');
const maxSeed = 2 ** 31;
/** As fast-check's own default. */
const defaultRuns = 100;
const hasProperty = /\bfc\.(?:assert|check)\(/;

interface Round {
  readonly seed: number;
  readonly runs: number;
  readonly files: readonly string[];
}

interface Options {
  readonly minutes: number;
  readonly seed: number;
  readonly runs: number;
  readonly only: string;
}

const options = readOptions();
if (options === undefined) {
  process.stderr.write('usage: npm run fuzz -- [--minutes N] [--seed S] [--runs R] [--only PART OF A PATH]\n');
  process.exitCode = 2;
} else process.exitCode = await fuzz(options);

function readOptions(): Options | undefined {
  try {
    const { values } = parseArgs({
      options: {
        minutes: { type: 'string', default: '10' },
        seed: { type: 'string', default: `${randomInt(maxSeed)}` },
        runs: { type: 'string', default: `${defaultRuns}` },
        only: { type: 'string', default: '' },
      },
    });
    const numbers = { minutes: Number(values.minutes), seed: Number(values.seed), runs: Number(values.runs) };
    const isSound = numbers.minutes > 0 && Number.isInteger(numbers.seed) && numbers.runs >= 1;
    return isSound ? { ...numbers, only: values.only } : undefined;
  } catch {
    return undefined;
  }
}

async function fuzz({ minutes, seed, runs, only }: Options): Promise<0 | 1 | 2> {
  const files = (await filesWithProperties()).filter((file) => file.includes(only));
  if (files.length === 0) {
    process.stderr.write(`fuzz: no file with properties has ${JSON.stringify(only)} in its path\n`);
    return 2;
  }
  const untilMs = Date.now() + minutes * 60_000;
  process.stdout.write(`fuzz: ${files.length} files with properties for ${minutes} min, from seed ${seed}\n`);
  let round = 0;
  do {
    const found = await runRound({ seed: (seed + round) % maxSeed, runs, files });
    if (found) return 1;
    round += 1;
  } while (Date.now() < untilMs);
  process.stdout.write(`fuzz: nothing was found in ${round} ${round === 1 ? 'round' : 'rounds'}\n`);
  return 0;
}

async function filesWithProperties(): Promise<readonly string[]> {
  const found: string[] = [];
  for (const folder of await sourceFolders()) {
    for (const name of await readdir(resolve(root, folder), { recursive: true })) {
      const file = join(folder, name);
      if (!file.endsWith('.test.ts')) continue;
      if (hasProperty.test(await readFile(resolve(root, file), 'utf8'))) found.push(file);
    }
  }
  return found.sort();
}

/** `test`, and `src` of each package and module. */
async function sourceFolders(): Promise<readonly string[]> {
  const workspaces = ['packages', 'modules'].map(async (folder) =>
    (await readdir(resolve(root, folder))).map((name) => join(folder, name, 'src')),
  );
  return ['test', ...(await Promise.all(workspaces)).flat()];
}

/** Resolves to whether a property failed. */
async function runRound({ seed, runs, files }: Round): Promise<boolean> {
  const startMs = Date.now();
  const vitest = resolve(root, 'node_modules/vitest/vitest.mjs');
  const child = spawn(process.execPath, [vitest, 'run', '--config', 'vitest.fuzz.config.ts', ...files], {
    cwd: root,
    env: { ...process.env, FUZZ_SEED: `${seed}`, FUZZ_RUNS: `${runs}`, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[unknown]>,
  ]);
  const seconds = Math.round((Date.now() - startMs) / 1_000);
  if (code === 0) {
    process.stdout.write(`fuzz: seed ${seed}: fine (${seconds} s)\n`);
    return false;
  }
  const failures = out.indexOf('Failed Tests');
  process.stdout.write(`${err}\n${failures < 0 ? out : out.slice(failures)}\n`);
  const only = files.length === 1 ? ` --only ${files[0] ?? ''}` : '';
  process.stdout.write(`fuzz: seed ${seed} found something (${seconds} s). Again: npm run fuzz -- --minutes 1`);
  process.stdout.write(` --seed ${seed} --runs ${runs}${only}\n`);
  return true;
}
