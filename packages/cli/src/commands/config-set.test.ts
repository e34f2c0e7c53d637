import { chmod, lstat, mkdir, readFile, readdir, readlink, stat, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createWorkbench } from '../testing/workbench.ts';

const config = '# kept\r\n[tests]\r\nfile-loop = 0\r\n\r\n[osd]\r\nenable=1';

describe('companion config set', () => {
  test('changes one line and no other byte, and says what was there', async () => {
    await using bench = await createWorkbench();
    const path = bench.path('app.txt');
    await writeFile(path, config);
    expect(await bench.companion(['config', 'set', 'app.txt', 'tests', 'file-loop', '1'])).toMatchObject({
      code: 0,
      stdout: 'app.txt:3: [tests] file-loop=1 (was 0)\n',
      stderr: '',
    });
    expect(await readFile(path, 'utf8')).toBe(config.replace('= 0', '= 1'));
    const added = await bench.call(['config', 'set', 'app.txt', 'sink0', 'enable', '--json', '--', '-1']);
    expect(JSON.parse(added.stdout)).toEqual({
      file: 'app.txt',
      changed: true,
      changes: [{ group: 'sink0', key: 'enable', from: null, to: '-1' }],
    });
    expect(await readFile(path, 'utf8')).toBe(`${config.replace('= 0', '= 1')}\r\n\r\n[sink0]\r\nenable=-1`);
  });

  test('replaces the file whole, keeps its mode and the symlink to it, and leaves nothing behind', async () => {
    await using bench = await createWorkbench();
    await mkdir(bench.path('real'));
    await writeFile(bench.path('real/app.txt'), config);
    await chmod(bench.path('real/app.txt'), 0o640);
    await symlink('real/app.txt', bench.path('app.txt'));
    const before = await stat(bench.path('app.txt'));
    expect(await bench.call(['config', 'set', 'app.txt', 'osd', 'enable', '0'])).toMatchObject({ code: 0 });
    const after = await stat(bench.path('app.txt'));
    expect(after.mode & 0o777).toBe(0o640);
    expect(after.ino).not.toBe(before.ino);
    expect((await lstat(bench.path('app.txt'))).isSymbolicLink()).toBe(true);
    expect(await readlink(bench.path('app.txt'))).toBe('real/app.txt');
    expect(await readdir(bench.path('real'))).toEqual(['app.txt']);
    expect(await readFile(bench.path('real/app.txt'), 'utf8')).toBe(config.replace('enable=1', 'enable=0'));
  });

  test('touches nothing where the value is there already', async () => {
    await using bench = await createWorkbench();
    await writeFile(bench.path('app.txt'), config);
    const before = await stat(bench.path('app.txt'));
    const same = await bench.call(['config', 'set', 'app.txt', 'osd', 'enable', '1']);
    expect(same).toMatchObject({ code: 0, stdout: 'app.txt: nothing to change\n' });
    const { ino, mtimeMs } = await stat(bench.path('app.txt'));
    expect({ ino, mtimeMs }).toEqual({ ino: before.ino, mtimeMs: before.mtimeMs });
  });

  test('edits stdin to stdout, bytes that are not UTF-8 too', async () => {
    await using bench = await createWorkbench();
    const latin = Buffer.from('[a]\nx=caf\xe9\ny=2\n', 'latin1');
    const edited = await bench.companion(['config', 'set', '-', 'a', 'y', '3'], latin);
    expect(edited).toMatchObject({ code: 0, stderr: '-:3: [a] y=3 (was 2)\n' });
    expect(edited.bytes).toEqual(Buffer.from('[a]\nx=caf\xe9\ny=3\n', 'latin1'));
  });

  test('refuses what would not read back, with the file as it was', async () => {
    await using bench = await createWorkbench();
    await writeFile(bench.path('app.txt'), config);
    const set = (...args: string[]) => bench.call(['config', 'set', 'app.txt', ...args]);
    const refused = [await set('osd', 'enable', '1\n[evil]'), await set('osd', '', '1'), await set('a]b', 'x', '1')];
    for (const { code, stdout, stderr } of refused) {
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toMatch(/: not changed: .* \[invalid-(?:value|key-name|group-name)\]\n$/);
    }
    expect(await readFile(bench.path('app.txt'), 'utf8')).toBe(config);
    expect(await readdir(bench.folder)).toEqual(['app.txt']);
  });

  test('says so where the file can not be replaced', async () => {
    await using bench = await createWorkbench();
    // A device takes no rename; /dev/null reads as an empty config.
    const refused = await bench.call(['config', 'set', '/dev/null', 'a', 'b', '1']);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(/^companion: \/dev\/null: not changed: /);
    expect((await stat('/dev/null')).isCharacterDevice()).toBe(true);
  });
});
