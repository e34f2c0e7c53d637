import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { mkdir, writeFile } from 'node:fs/promises';
import { encodeMinimal } from '@companion/deepstream/message';
import { describe, expect, test } from 'vitest';
import { commands } from './commands/index.ts';
import { companionBin, createWorkbench } from './testing/workbench.ts';

describe('companion', () => {
  test('helps with every command', { timeout: 60_000 }, async () => {
    await using bench = await createWorkbench();
    const all = await bench.companion(['--help']);
    expect(all).toMatchObject({ code: 0, stderr: '' });
    for (const [called, { summary }] of Object.entries(commands)) {
      expect(all.stdout).toContain(called);
      const { code, stdout } = await bench.call([...called.split(' '), '--help']);
      expect(code).toBe(0);
      expect(stdout.replace(/\s+/g, ' ')).toContain(summary);
      expect(stdout).toMatch(new RegExp(`^Usage: companion ${called} (?:--|\\[options\\])`));
      expect(stdout).toMatch(new RegExp(`^Examples:\\n(?:  .*companion ${called}.*\\n)+$`, 'm'));
    }
  });

  test('has exit code 2 where it is called wrongly, and says how to call it', async () => {
    await using bench = await createWorkbench();
    for (const args of [
      [],
      ['nothing'],
      ['config'],
      ['config', 'nothing'],
      ['config', 'get'],
      ['config', 'get', 'a', 'b', 'c', 'd'],
      ['config', 'get', 'a', '--bogus'],
      ['config', 'set', 'a', 'b', 'c'],
    ]) {
      const { code, stdout, stderr } = await bench.call(args);
      expect({ args, code, stdout }).toEqual({ args, code: 2, stdout: '' });
      expect(stderr).toMatch(/config get|config set|--bogus/);
    }
    expect(await bench.companion(['config', 'get'])).toMatchObject({ code: 2, stdout: '' });
  });

  test.each([
    [['confg', 'get', 'a'], 'Did you mean config?'],
    [['config', 'chek', 'a'], 'Did you mean check?'],
    [['config', 'get', 'a', '--jsn'], 'Did you mean --json?'],
    [['apply', '--desird', 'a'], 'Did you mean --desired?'],
  ])('knows what %j is a slip for', async (args, hint) => {
    await using bench = await createWorkbench();
    const { code, stderr } = await bench.run(args);
    expect({ code, hinted: stderr.includes(hint) }).toEqual({ code: 2, hinted: true });
  });

  test('says its version', async () => {
    await using bench = await createWorkbench();
    expect(await bench.run(['--version'])).toEqual({ code: 0, stdout: '0.1.0\n', stderr: '' });
  });

  test('goes quietly where its reader goes away', async () => {
    await using bench = await createWorkbench();
    const frame = { sensor: 'cam', timeMs: 0, frameNumber: '1', detections: [] };
    await writeFile(bench.path('many.json'), `${encodeMinimal(frame)}\n`.repeat(20_000));
    const child = spawn(process.execPath, [companionBin, 'message', 'parse', bench.path('many.json')], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.once('data', () => child.stdout.destroy());
    const [stderr, [code, signal]] = await Promise.all([
      text(child.stderr),
      once(child, 'close') as Promise<[number | null, string | null]>,
    ]);
    expect({ stderr, code, signal }).toEqual({ stderr: '', code: 0, signal: null });
  });

  test('takes large files, and none that never end', { timeout: 60_000 }, async () => {
    await using bench = await createWorkbench();
    await mkdir(bench.path('large'));
    await writeFile(bench.path('large/app.txt'), `[a]\n${'x=1\n'.repeat(500_000)}y=2\n`);
    expect(await bench.call(['config', 'get', 'large/app.txt', 'a', 'y'])).toMatchObject({
      code: 0,
      stdout: '2\n',
    });
    expect(await bench.call(['config', 'get', '/dev/zero'])).toMatchObject({
      code: 2,
      stderr: 'companion: /dev/zero: larger than 268435456 bytes\n',
    });
  });
});
