import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeDirectoriesDurably } from './durable.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'durable-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

describe('directories', () => {
  test('are made with those above them, and one that is there stays as it is', async () => {
    mkdirSync(join(root, 'there'), { mode: 0o700 });
    writeFileSync(join(root, 'there/file'), 'x');
    await makeDirectoriesDurably([
      join(root, 'there'),
      join(root, 'there/a/b'),
      join(root, 'new'),
      join(root, 'new/c'),
    ]);
    for (const path of ['there/a/b', 'new/c']) expect(statSync(join(root, path)).isDirectory()).toBe(true);
    expect(statSync(join(root, 'there')).mode & 0o777).toBe(0o700);
    expect(existsSync(join(root, 'there/file'))).toBe(true);
  });

  test('can’t be made below a file: the error names the first that failed, and none after it is tried', async () => {
    writeFileSync(join(root, 'file'), '');
    const made = makeDirectoriesDurably([join(root, 'first'), join(root, 'file/sub'), join(root, 'last')]);
    await expect(made).rejects.toMatchObject({ code: 'ENOTDIR', path: join(root, 'file/sub') });
    expect(existsSync(join(root, 'first'))).toBe(true);
    expect(existsSync(join(root, 'last'))).toBe(false);
  });

  test.runIf(process.platform === 'linux')('below a parent that refuses them are an error, at once', async () => {
    await expect(makeDirectoriesDurably(['/proc/none/of/it'])).rejects.toMatchObject({ syscall: 'mkdir' });
  });
});
