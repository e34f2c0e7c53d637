import { appendFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { volumeLayout } from '../../volume/layout.ts';
import { readLastTrouble, readTrouble, troubleIn } from './app-output.ts';

const started = (release: string): string => `== start 1 of release ${release}: app on configs/a/app.txt`;

describe('the trouble in what an app wrote', () => {
  test('is its last lines that speak of errors, and the last of all, since the newest start', () => {
    const lines = [
      started('r1'),
      'ERROR: of an earlier start',
      '== end of start 1: exit code 1',
      started('r1'),
      'Using winsys: x11',
      'ERROR: Deserialize engine failed',
      'Thu Nov 27 10:00:00 2026',
      '**PERF:  0.00 (0.00)\t',
      'a line of no interest',
      'ERROR: Failed to create pipeline',
      'Quitting',
      'App run ended',
      '== end of start 2: exit code 255',
    ];
    expect(troubleIn(lines, 'r1')).toEqual([
      'ERROR: Deserialize engine failed',
      'ERROR: Failed to create pipeline',
      'Quitting',
      'App run ended',
    ]);
  });

  test('is nothing where the newest start was on another release, or nothing was said', () => {
    expect(troubleIn([started('r1'), 'ERROR', started('r2')], 'r1')).toEqual([]);
    expect(troubleIn([started('r1'), '**PERF:  FPS 0 (Avg)\t'], 'r1')).toEqual([]);
    expect(troubleIn(['ERROR: whose?'], 'r1')).toEqual([]);
  });

  test('says a line that came again and again once, and cuts long ones', () => {
    const lines = [started('r1'), ...Array.from({ length: 9 }, () => `error ${'ä'.repeat(300)}`)];
    const [line = '', ...more] = troubleIn(lines, 'r1');
    expect(more).toEqual([]);
    expect(Buffer.byteLength(line)).toBeLessThanOrEqual(200);
  });
});

describe('the output on the volume', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'output-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  test('is read over both of its pieces, and is nothing where an older supervisor keeps none', async () => {
    const layout = volumeLayout(root);
    expect(await readTrouble(layout, 'r1')).toEqual([]);
    await writeFile(`${layout.appOutput}.1`, `${started('r1')}\nERROR: no GPU\n`);
    await writeFile(layout.appOutput, 'Quitting\n');
    expect(await readTrouble(layout, 'r1')).toEqual(['ERROR: no GPU', 'Quitting']);
  });

  test('is waited for where the app has ended and its last lines are still on their way', async () => {
    const layout = volumeLayout(root);
    await writeFile(layout.appOutput, `${started('r1')}\n`);
    const reading = readLastTrouble(layout, 'r1');
    await appendFile(layout.appOutput, 'ERROR: no GPU\n== end of start 1: exit code 1\n');
    expect(await reading).toEqual(['ERROR: no GPU']);
    await rm(layout.appOutput);
    expect(await readLastTrouble(layout, 'r1')).toEqual([]);
  });

  test('may be longer than is read of it', async () => {
    const layout = volumeLayout(root);
    const lines = Array.from({ length: 3_000 }, (_, index) => `line ${index} of many`);
    await writeFile(layout.appOutput, `${lines.join('\n')}\n${started('r1')}\nfailed\n`);
    expect(await readTrouble(layout, 'r1')).toEqual(['failed']);
  });
});
