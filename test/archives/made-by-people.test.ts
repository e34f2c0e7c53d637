import { gzipSync } from 'node:zlib';
import { sha256 } from '@companion/foundation/node';
import { startFetchBench, type FetchBench } from '@companion/artifacts/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { paxOf, paxRecord, tarOf, type TarEntry } from './tar-text.ts';
import { treeOf } from './tree.ts';
import { zipOf, type ZipEntry } from './zip-text.ts';

const body = Buffer.from('weights');
const big = Buffer.alloc(300_000, 'x');
/** The value with which an extended header, read line by line, gives its entry a size of 99. */
const liar = 'a\n11 size=99\nz';

describe('archives as people make them', () => {
  let bench: FetchBench;
  beforeEach(async () => {
    bench = await startFetchBench();
  });
  afterEach(() => bench.stop());

  async function unpacked(bytes: Buffer, fileName = 'model.bin'): Promise<Record<string, string>> {
    bench.serve((_request, response) => void response.writeHead(200, { 'content-length': bytes.length }).end(bytes));
    return treeOf((await bench.fetch({ sha256: sha256(bytes), fileName })).path);
  }

  test.each([
    ['an attribute of SELinux with a NUL', { 'RHT.security.selinux': 'unconfined_u:object_r:user_home_t:s0\0' }],
    ['extended attributes with NULs', { 'SCHILY.xattr.user.x': Buffer.from([0, 1, 0, 255, 10, 0]) }],
    ['access control lists of several lines', { 'SCHILY.acl.access': 'user::rw-\ngroup::r--\nother::r--\n' }],
    [
      "macOS's provenance",
      {
        'LIBARCHIVE.xattr.com.apple.provenance': 'AQAA',
        'SCHILY.xattr.com.apple.provenance': Buffer.from([1, 0, 10, 49, 0]),
      },
    ],
    ['a comment that reads like a size', { comment: liar }],
    ['an attribute that reads like a path', { 'SCHILY.xattr.user.y': 'a\n15 path=../../x\nz' }],
    ['an empty key, equals signs and a value of nothing', { 'a.b': '', c: '===', mtime: '1700000000.123' }],
    ['a name of its own beside them', { 'SCHILY.xattr.user.x': liar, path: 'model', size: String(body.length) }],
  ])('%s passes, before an entry and before all', async (_what, records) => {
    const global = Object.fromEntries(Object.entries(records).filter(([key]) => key !== 'path' && key !== 'size'));
    const tar = tarOf([paxOf(global, 'g'), paxOf(records), { name: 'model', body }, { name: 'next', body: big }]);
    expect(await unpacked(gzipSync(tar))).toEqual({ model: 'weights', next: big.toString() });
  });

  test('a size in an extended header is the size', async () => {
    const tar = tarOf([paxOf({ comment: liar, size: '7' }), { name: 'a', body, size: 0 }, { name: 'b', body }]);
    expect(await unpacked(tar)).toEqual({ a: 'weights', b: 'weights' });
  });

  test('a hard link is a copy of the file before it, and so is a link to a link', async () => {
    const tar = tarOf([
      { name: './d/table', body },
      { name: 'large', body: big },
      { name: './other', type: '1', link: './d/table' },
      { name: 'd/third', type: '1', link: 'other' },
      { name: 'large-2', type: '1', link: 'large' },
      { name: 'after', body },
    ]);
    expect(await unpacked(gzipSync(tar))).toEqual({
      'd/': '',
      'd/table': 'weights',
      'd/third': 'weights',
      other: 'weights',
      after: 'weights',
      large: big.toString(),
      'large-2': big.toString(),
    });
  });

  test.each<readonly [string, TarEntry[], string]>([
    ['in UTF-8', [{ name: 'Straße/Modell', body }], 'Straße/Modell'],
    ['in Latin-1', [{ name: Buffer.from('Straße/Modell', 'latin1'), body }], 'Straße/Modell'],
    ['in code page 437', [{ name: Buffer.from([0x81, 0x62, 0x65, 0x72]), body }], 'über'],
    [
      'in Latin-1 with a long name',
      [
        { name: 'l', type: 'L', body: Buffer.from(`${'n'.repeat(120)}é\0`, 'latin1') },
        { name: 'short', body },
      ],
      `${'n'.repeat(120)}é`,
    ],
    [
      'in Latin-1 in an extended header',
      [paxOf({ hdrcharset: 'BINARY', path: Buffer.from('café', 'latin1') }), { name: 'x', body }],
      'café',
    ],
    ['with bytes behind their ends', [{ name: 'model\0\n../x', body }], 'model'],
    [
      'with a label of the tape before it',
      [
        { name: 'label', type: 'V' },
        { name: 'model', body },
      ],
      'model',
    ],
  ])('a tar with names %s is readable', async (_what, entries, path) => {
    expect(await unpacked(tarOf(entries))).toMatchObject({ [path]: 'weights' });
  });

  test.each<readonly [string, ZipEntry, string]>([
    ['in UTF-8 that does not say so, as macOS writes them', { name: 'Straße', saysUtf8: false }, 'Straße'],
    ['in code page 437', { name: Buffer.from([0x81, 0x62, 0x65, 0x72]), saysUtf8: false }, 'über'],
    ['that say UTF-8 and are not', { name: Buffer.from([0x81, 0x62]), saysUtf8: true }, 'üb'],
    ['with backslashes, as PowerShell writes them', { name: 'models\\a\\b.onnx' }, 'models/a/b.onnx'],
  ])('a zip with names %s is readable', async (_what, entry, path) => {
    const zip = zipOf([{ body, ...entry }]);
    expect(await unpacked(zip)).toMatchObject({ [path]: 'weights' });
  });

  test('what macOS keeps beside files is left out of tars and zips', async () => {
    const tar = tarOf([
      { name: './._model', body },
      { name: './model', body },
      { name: 'd/._x', body: big },
    ]);
    expect(await unpacked(tar)).toEqual({ model: 'weights' });
    const zip = zipOf([
      { name: 'model', body },
      { name: '__MACOSX/', mode: 0o040_755 },
      { name: '__MACOSX/._model', body },
    ]);
    expect(await unpacked(zip)).toEqual({ model: 'weights' });
  });

  test.each([
    ['model.onnx.gz', 'model.onnx', big],
    ['LABELS.TXT.GZ', 'LABELS.TXT', Buffer.from('x')],
    ['model.onnx', 'model.onnx', big],
    ['.gz', '.gz', body],
    ['model.keras.gz', 'model.keras', zipOf([{ name: 'a', body }])],
  ])('a gzip file of one file, %s, is the file %s', async (fileName, path, content) => {
    const zeros = Buffer.alloc(1000);
    expect(await unpacked(Buffer.concat([gzipSync(content), zeros]), fileName)).toEqual({
      [path]: content.toString('latin1'),
    });
    const { content: logged } = JSON.parse(bench.log.trim().split('\n').at(-1) ?? '') as { content: unknown };
    expect(logged).toBe('gzip');
  });

  test.each<readonly [string, ZipEntry]>([
    ['net.pt of PyTorch', { name: 'archive/data.pkl', method: 0 }],
    ['net.keras of Keras', { name: 'metadata.json', method: 0, body: Buffer.from('{"keras_version": "3.5.0"}') }],
    ['net.npz of NumPy', { name: 'arr_0.npy', version: 45 }],
    ['net.jar of Java', { name: 'META-INF/' }],
  ])('a zip that is a model or a program, %s, is one file under any name', async (_what, entry) => {
    const zip = zipOf([entry, { name: 'other', body }]);
    expect(await unpacked(zip, 'download.zip')).toEqual({ 'download.zip': zip.toString('latin1') });
    const { content } = JSON.parse(bench.log.trim().split('\n').at(-1) ?? '') as { content: unknown };
    expect(content).toBe('zip-model');
  });

  test.each<readonly [string, ZipEntry]>([
    ['arrays that people packed', { name: 'calibration.npy' }],
    ['a file of that name', { name: 'metadata.json', method: 0, body: Buffer.from('{"author": "me"}') }],
    ['a folder of arrays', { name: 'd/arr_0.npy', version: 45 }],
  ])('a zip of %s is unpacked', async (_what, entry) => {
    expect(await unpacked(zipOf([entry, { name: 'other', body }]), 'x.npz')).toMatchObject({ other: 'weights' });
  });

  test('backslashes at the end of a name in a zip make a directory', async () => {
    expect(await unpacked(zipOf([{ name: 'd\\' }, { name: 'd\\a', body }]))).toEqual({ 'd/': '', 'd/a': 'weights' });
  });
});

test('a record has the length that it says', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 1100 }), (value) => {
      const record = paxRecord('k', value);
      expect(Number.parseInt(record.toString('latin1'), 10)).toBe(record.length);
    }),
  );
});
