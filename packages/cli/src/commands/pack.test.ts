import { chmod, link, mkdir, readFile, readdir, symlink, utimes, writeFile } from 'node:fs/promises';
import { list } from 'tar';
import { describe, expect, test } from 'vitest';
import { createWorkbench, type Workbench } from '../testing/workbench.ts';

const url = 'https://files.example/models/';

async function fill(bench: Workbench, folder: string, names: readonly string[]): Promise<string> {
  for (const name of names) {
    const place = bench.path(`${folder}/${name}`);
    await mkdir(place.slice(0, place.lastIndexOf('/')), { recursive: true });
    await writeFile(place, `content of ${name}`);
  }
  return bench.path(folder);
}
const packed = (bench: Workbench, path: string, out: string, ...more: string[]) =>
  bench.call(['pack', `--out=${bench.path(out)}`, path, `--url=${url}`, ...more]);

describe('companion pack', () => {
  test('makes the same bytes of the same content, whatever its order, times, modes and links', async () => {
    await using bench = await createWorkbench();
    const long = `${'deep/'.repeat(30)}größe.txt`;
    const one = await fill(bench, 'one/net', ['b.onnx', 'a/x.txt', 'a.txt', long]);
    const other = await fill(bench, 'other/net', [long, 'a.txt', 'a/x.txt']);
    await writeFile(bench.path('elsewhere'), 'content of b.onnx');
    await link(bench.path('elsewhere'), `${other}/b.onnx`);
    await chmod(`${other}/a.txt`, 0o700);
    await utimes(`${other}/a.txt`, 1, 1);
    await Promise.all([mkdir(`${one}/empty`), mkdir(`${other}/empty`)]);
    const first = await packed(bench, one, '1.tgz', '--name=net');
    const second = await packed(bench, other, '2.tgz', '--name=net');
    expect([first.code, second.code]).toEqual([0, 0]);
    expect((await readFile(bench.path('1.tgz'))).equals(await readFile(bench.path('2.tgz')))).toBe(true);
    const names: string[] = [];
    await list({ file: bench.path('1.tgz'), onReadEntry: (entry) => names.push(entry.path) });
    expect(names).toEqual(['a.txt', 'a/x.txt', 'b.onnx', long, 'empty/']);
    expect((await readdir(bench.folder)).sort()).toEqual(['1.tgz', '2.tgz', 'elsewhere', 'one', 'other']);
  });

  test('prints the fragment for the twin: name and kind told from what is there, or as they were asked for', async () => {
    await using bench = await createWorkbench();
    const bytes = async (name: string) => (await readFile(bench.path(name))).length;
    const fragment = async (...args: Parameters<typeof packed>) =>
      (JSON.parse((await packed(...args)).stdout) as { artifacts: object }).artifacts;
    const net = await fill(bench, 'res net', ['a.onnx', 'labels.txt']);
    expect(await fragment(bench, net, 'net.tar.gz')).toEqual({
      'res-net': {
        kind: 'model',
        url: `${url}net.tar.gz`,
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
        sizeBytes: await bytes('net.tar.gz'),
      },
    });
    const app = `${await fill(bench, 'apps', ['nano_8.txt'])}/nano_8.txt`;
    expect(await fragment(bench, app, 'c.tar.gz')).toMatchObject({ nano_8: { kind: 'config' } });
    const asked = ['--name=cars', '--kind=stream', '--url=https://h/x?sig=a'];
    expect(await fragment(bench, app, 'd.tar.gz', ...asked)).toMatchObject({
      cars: { kind: 'stream', url: 'https://h/x?sig=a' },
    });
  });

  test.each<[string, (folder: string) => Promise<void>, RegExp]>([
    ['a link', (folder) => symlink('/etc/passwd', `${folder}/x`), /x: a symbolic link/],
    ['a name that devices refuse', (folder) => writeFile(`${folder}/a\\b`, ''), /backslash/],
    ['names that differ in case', (folder) => writeFile(`${folder}/A.TXT`, ''), /differ only in case/],
  ])('refuses %s, and leaves no archive', async (_, spoil, message) => {
    await using bench = await createWorkbench();
    const folder = await fill(bench, 'net', ['a.txt']);
    await spoil(folder);
    const { code, stdout, stderr } = await packed(bench, folder, 'net.tar.gz');
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
    expect(await readdir(bench.folder)).toEqual(['net']);
  });

  test('refuses what makes no artifact: nothing, an archive, an archive in what it packs, a URL that devices refuse', async () => {
    await using bench = await createWorkbench();
    const folder = await fill(bench, 'net', ['a.onnx']);
    await mkdir(bench.path('empty'));
    await packed(bench, folder, 'net.tar.gz');
    for (const [path, out, option, message] of [
      [bench.path('empty'), 'x.tar.gz', '--kind=model', /empty directory/],
      [bench.path('nothing'), 'x.tar.gz', '--kind=model', /no such file/],
      [bench.path('net.tar.gz'), 'x.tar.gz', '--kind=model', /is a gzip already/],
      [folder, 'net/x.tar.gz', '--kind=model', /is inside/],
      [folder, 'x.tar.gz', '--url=ftp://h/x', /url: must be/],
      [folder, 'x.tar.gz', '--name=../x', /must be a name/],
      [folder, 'x.tar.gz', '--kind=video', /Allowed choices are model, config, stream/],
    ] as const) {
      const { code, stderr } = await packed(bench, path, out, option);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringMatching(message) as string });
    }
    expect((await readdir(bench.folder)).sort()).toEqual(['empty', 'net', 'net.tar.gz']);
  });
});
