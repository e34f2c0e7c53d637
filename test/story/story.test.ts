import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';

/** The story of `npm start -- --once`, with the demo's app config and the DeepStream that the arguments say. */
async function tellStory(args: readonly string[]): Promise<{ readonly exitCode: unknown; readonly said: string }> {
  const command = ['--import', 'tsx', 'packages/simulator/src/main.ts', '--once', '--patience', '90', ...args];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'inherit'] });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text));
  const [exitCode] = (await once(child, 'close')) as unknown[];
  return { exitCode, said };
}

test.each([
  ['a YAML config with a CSV file', ['--app', 'yaml']],
  ['a source list', ['--app', 'source-list']],
  ['a source list of a DeepStream that wants names in it', ['--app', 'source-list', '--deepstream', '9.1']],
  ['the new API, which tells empty frames too', ['--app', 'new-api']],
  ['protobuf, whose confidence is 0', ['--app', 'protobuf']],
  ['integers, as 4.0 sends them', ['--deepstream', '4.0']],
])('the story is told to its end with %s', { timeout: 300_000 }, async (_what, args) => {
  const { exitCode, said } = await tellStory(args);
  expect(said).toContain('Everything that was promised happened.');
  expect(exitCode).toBe(0);
});
