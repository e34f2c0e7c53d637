import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startRunningDemo, type RunningDemo } from '../system/running-demo.ts';
import { commandsOf, printsAs, type Commands } from './commands.ts';

/** The commands of docs/five-flows.md, one after the other in one folder, as somebody with that page beside a terminal runs them. */
const page = 'docs/five-flows.md';
const blocks = commandsOf(await readFile(page, 'utf8'));
const run = promisify(execFile);
const companion = resolve('packages/cli/bin/companion.mjs');

let running: RunningDemo;
let folder: string;

beforeAll(async () => {
  running = await startRunningDemo();
  await running.runningRelease();
  folder = await mkdtemp(join(tmpdir(), 'flows-'));
  await symlink(running.root, join(folder, '.simulator'));
  await mkdir(join(folder, 'home'));
}, 60_000);

afterAll(async () => {
  await running[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

test('the page has commands for all five flows', () => {
  expect(blocks.length).toBeGreaterThanOrEqual(12);
});

test.each(blocks.map((block, index) => ({ ...block, index })))(
  `${page}:$line`,
  { timeout: 60_000 },
  async ({ line, script, prints, index }) => {
    const output = await runBlock(script, blocks.slice(0, index));
    if (prints !== undefined && !printsAs(prints, output)) {
      expect.fail(`${page}:${line} says that it prints\n${prints}\nbut it prints\n${output}`);
    }
    if (/^desired /mu.test(script)) await settled();
  },
);

/** Each block in a shell of its own, after the definitions of those before. */
async function runBlock(script: string, before: readonly Commands[]): Promise<string> {
  const definitions = before.flatMap((block) =>
    block.script.split('\n').filter((line) => /^(\w+=|\w+\(\) \{)/u.test(line)),
  );
  const text = [
    'set -eu',
    // What `npm ci` makes of the workspace; npx would look it up for half a second each time.
    `npx() { shift; node ${companion} "$@"; }`,
    ...definitions,
    script,
  ].join('\n');
  const port = String(running.simulator.address.apiPort);
  const { stdout } = await run('bash', ['-c', text.replaceAll('127.0.0.1:18080', `127.0.0.1:${port}`)], {
    cwd: folder,
    env: { ...process.env, HOME: join(folder, 'home') },
  });
  return stdout;
}

/** The module has looked at the newest twin, and its release is one way or the other. */
async function settled(): Promise<void> {
  await vi.waitFor(
    () => {
      const { desired } = running.simulator.hub.twins.get('artifacts').properties;
      const reported = running.reported('artifacts') as { desiredVersion?: number; release?: { state?: string } };
      const state = reported.release?.state ?? 'none';
      if (reported.desiredVersion === desired['$version'] && ['running', 'rolledBack'].includes(state)) return;
      throw new Error(`release ${state} for ${reported.desiredVersion} of ${JSON.stringify(desired['$version'])}`);
    },
    { timeout: 50_000, interval: 100 },
  );
}
