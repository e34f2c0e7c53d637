import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { injectFlushFaults, type FlushFaults } from '@companion/foundation/testing';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeDirectoriesDurably, renameDurably, switchLinkDurably } from './durable.ts';

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

describe.skipIf(process.platform !== 'linux')('a flush that fails', () => {
  let faults: FlushFaults | undefined;
  afterEach(() => faults?.restore());
  const failOnce = async (fails: (path: string) => boolean): Promise<void> => {
    let left = 1;
    faults = await injectFlushFaults((path) => fails(path) && left-- > 0);
  };

  test('leaves no directory that the next try would believe', async () => {
    await failOnce((path) => path === root);
    const paths = [join(root, 'a'), join(root, 'a/b')];
    await expect(makeDirectoriesDurably(paths)).rejects.toMatchObject({ code: 'EIO' });
    expect(readdirSync(root)).toEqual([]);
    await makeDirectoriesDurably(paths);
    expect(readdirSync(join(root, 'a'))).toEqual(['b']);
  });

  test('gives what was renamed its old name back', async () => {
    mkdirSync(join(root, 'new'));
    mkdirSync(join(root, 'staged'));
    writeFileSync(join(root, 'staged/file'), '');
    await failOnce((path) => path === join(root, 'new'));
    const rename = (): Promise<void> => renameDurably(join(root, 'staged'), join(root, 'new/entry'));
    await expect(rename()).rejects.toMatchObject({ code: 'EIO' });
    expect([readdirSync(join(root, 'new')), readdirSync(join(root, 'staged'))]).toEqual([[], ['file']]);
    await rename();
    expect(readdirSync(join(root, 'new'))).toEqual(['entry']);
  });

  test('after a link was switched leaves no temporary one, nor does a switch that is refused', async () => {
    await switchLinkDurably(join(root, 'current'), 'releases/a');
    await failOnce((path) => path === root);
    await expect(switchLinkDurably(join(root, 'current'), 'releases/b')).rejects.toMatchObject({ code: 'EIO' });
    mkdirSync(join(root, 'folder/inside'), { recursive: true });
    await expect(switchLinkDurably(join(root, 'folder'), 'releases/b')).rejects.toMatchObject({ syscall: 'rename' });
    expect(readdirSync(root).sort()).toEqual(['current', 'folder']);
    expect(readlinkSync(join(root, 'current'))).toBe('releases/b');
  });
});
