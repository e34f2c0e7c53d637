import { mkdtemp, mkdir, readFile, readdir, rm, stat, symlink, writeFile, chmod, readlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isTemporary, replaceFile, rewriteFile } from './atomic-file.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'atomic-file-'));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe.each([
  ['replacing', replaceFile],
  ['rewriting', rewriteFile],
])('%s a file', (_name, write) => {
  test('makes it, then replaces it as a whole, and leaves nothing beside it', async () => {
    const path = join(folder, 'state.json');
    await write(path, 'first');
    await write(path, Buffer.from('second'));
    expect(await readFile(path, 'utf8')).toBe('second');
    expect(await readdir(folder)).toEqual(['state.json']);
  });

  test('that can not be written leaves the old one and no temporary file', async () => {
    const path = join(folder, 'state.json');
    await mkdir(path);
    await expect(write(path, 'x')).rejects.toThrow();
    expect(await readdir(folder)).toEqual(['state.json']);
    expect((await stat(path)).isDirectory()).toBe(true);
  });
});

test('a replacement that is cut leaves the old contents, and a temporary file that can be told apart', async () => {
  const path = join(folder, 'state.json');
  await replaceFile(path, 'old');
  for (const step of ['written', 'flushed'] as const) {
    const cut = replaceFile(path, 'new', {
      onStep: (reached) => {
        if (reached === step) throw new Error('cut');
      },
    });
    await expect(cut).rejects.toThrow('cut');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(folder)).toEqual(['state.json']);
  }
  expect(isTemporary('.state.json.8b4a2d06-1c1c-4c5e-9a43-0d7c5a0f0f00.tmp')).toBe(true);
  expect(isTemporary('state.json')).toBe(false);
});

test('replacing puts a file where a link was; rewriting follows the link and keeps mode', async () => {
  const target = join(folder, 'target');
  const link = join(folder, 'link');
  await writeFile(target, 'a');
  await chmod(target, 0o640);
  await symlink('target', link);
  await rewriteFile(link, 'b');
  expect([await readlink(link), await readFile(target, 'utf8'), (await stat(target)).mode & 0o777]).toEqual([
    'target',
    'b',
    0o640,
  ]);
  await replaceFile(link, 'c', { mode: 0o600 });
  expect([await readFile(target, 'utf8'), await readFile(link, 'utf8'), (await stat(link)).mode & 0o777]).toEqual([
    'b',
    'c',
    0o600,
  ]);
});
