import { lstat, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sha256 } from '@companion/foundation/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type FetchPolicy, startFetchBench, type FetchBench } from '@companion/artifacts/testing';
import { paxOf, tarOf, type TarEntry } from './tar-text.ts';
import { zipOf } from './zip-text.ts';

const text = Buffer.from('weights');
function file(name: string | Buffer): TarEntry {
  return { name, body: text };
}
function hardLink(name: string, link: string): TarEntry {
  return { name, type: '1', link };
}
function targz(...entries: TarEntry[]): Buffer {
  return gzipSync(tarOf(entries));
}
function zip(name: string, rest: object = {}): Buffer {
  return zipOf([{ name, body: text, ...rest }]);
}
const big = Buffer.alloc(300_000, 'x');

interface Bad {
  readonly name: string;
  readonly bytes: Buffer;
  readonly code?: string;
  readonly reason?: RegExp;
  readonly policy?: Partial<FetchPolicy>;
  readonly fileName?: string;
}

const bad: readonly Bad[] = [
  { name: 'a symbolic link', bytes: targz({ name: 'a', type: '2', link: '/etc/passwd' }), reason: /SymbolicLink/ },
  { name: 'a hard link to what is missing', bytes: targz(file('a'), hardLink('b', 'c')), reason: /hard link to "c"/ },
  { name: 'a hard link to what comes later', bytes: targz(hardLink('b', 'a'), file('a')), reason: /no file before/ },
  { name: 'a hard link to itself', bytes: targz(hardLink('a', 'a')), reason: /no file before/ },
  { name: 'a hard link to a directory', bytes: targz(file('d/a'), hardLink('b', 'd')), reason: /no file before/ },
  { name: 'a hard link to another spelling', bytes: targz(file('a'), hardLink('b', 'A')), reason: /no file before/ },
  { name: 'a hard link upwards', bytes: targz(file('a'), hardLink('b', '../../../etc/passwd')), reason: /leaves/ },
  {
    name: 'a hard link to an absolute path',
    bytes: targz(file('a'), hardLink('b', '/etc/passwd')),
    reason: /absolute/,
  },
  { name: 'a hard link in the place of its target', bytes: targz(file('a'), hardLink('a', 'a')), reason: /twice/ },
  { name: 'a hard link upwards in its own name', bytes: targz(file('a'), hardLink('../b', 'a')), reason: /leaves/ },
  {
    name: 'a hard link with contents of its own',
    bytes: targz(file('a'), { ...hardLink('b', 'a'), body: text }),
    reason: /contents of its own/,
  },
  {
    name: 'hard links that make more bytes than the policy takes',
    bytes: targz({ name: 'a', body: big }, ...Array.from({ length: 9 }, (_, index) => hardLink(`b${index}`, 'a'))),
    policy: { maxUnpackedBytes: 1_000_000 },
    code: 'ARCHIVE_TOO_LARGE',
  },
  {
    name: 'more hard links than the policy takes',
    bytes: targz(file('a'), ...Array.from({ length: 9 }, (_, index) => hardLink(`b${index}`, 'a'))),
    policy: { maxEntries: 8 },
    code: 'ARCHIVE_TOO_LARGE',
  },
  {
    name: 'a link, and a file through it',
    bytes: targz({ name: 'a', type: '2', link: '/tmp' }, file('a/b')),
    reason: /SymbolicLink/,
  },
  { name: 'a character device', bytes: targz({ name: 'a', type: '3' }) },
  { name: 'a block device', bytes: targz({ name: 'a', type: '4' }) },
  { name: 'a pipe', bytes: targz({ name: 'a', type: '6' }) },
  { name: 'an unknown kind of entry', bytes: targz({ name: 'a', type: 'Z' }) },
  { name: 'a sparse file in the old manner', bytes: targz({ name: 'a', type: 'S', body: text }) },
  {
    name: 'a sparse file in the new manner',
    bytes: targz(paxOf({ 'GNU.sparse.major': '1' }), file('a')),
    reason: /sparse/,
  },
  { name: 'an absolute path', bytes: targz(file('/etc/cron.d/x')), reason: /absolute/ },
  { name: 'a path upwards', bytes: targz(file('../../x')), reason: /leaves/ },
  { name: 'a path upwards in its middle', bytes: targz(file('a/../../x')), reason: /leaves/ },
  { name: 'a path upwards in an extended header', bytes: targz(paxOf({ path: '../x' }), file('a')), reason: /leaves/ },
  { name: 'a Windows path', bytes: targz(file('C:/x')), reason: /absolute/ },
  { name: 'a backslash', bytes: targz(file('a\\..\\x')), reason: /backslash/ },
  { name: 'a newline in a name', bytes: targz(file('a\nb')), reason: /control/ },
  { name: 'a newline in an extended header', bytes: targz(paxOf({ path: 'a\nb' }), file('a')), reason: /control/ },
  { name: 'a NUL in an extended header', bytes: targz(paxOf({ path: 'a\0b' }), file('a')), reason: /NUL/ },
  {
    name: 'a broken extended header',
    bytes: targz({ name: 'x', type: 'x', body: Buffer.from('99 path=b\n') }, file('a')),
    reason: /broken extended/,
  },
  {
    name: 'an extended header without measure',
    bytes: targz({ name: 'x', type: 'x', body: Buffer.alloc(2_000_000, 'x') }, file('a')),
  },
  {
    name: 'one name in UTF-8 and in Latin-1',
    bytes: targz(file('stra\u00dfe'), file(Buffer.from('stra\u00dfe', 'latin1'))),
    reason: /twice/,
  },
  { name: 'a C1 control character in a name', bytes: targz(file('a\u0085b')), reason: /control/ },
  ...['path', 'linkpath', 'size', 'GNU.sparse.major'].map((key) => ({
    name: `a global header with a ${key}`,
    bytes: targz(paxOf({ [key]: '1' }, 'g'), file('a')),
    reason: /all its entries|sparse/,
  })),
  {
    name: 'two names for one entry',
    bytes: targz(paxOf({ path: 'a' }), paxOf({ path: 'b' }), file('c')),
    reason: /two/,
  },
  ...['', '-1', '1.5', '0x10', '1e3', ' 7', '7\0'].map((size) => ({
    name: `an extended header with the size ${JSON.stringify(size)}`,
    bytes: targz(paxOf({ size }), file('a')),
    reason: /broken extended|size is empty/,
  })),
  ...[
    '5',
    '0 a=b\n',
    '-9 a=b\n',
    '6 a=b\n6 a=b',
    '99999999999999999999 a=b\n',
    '7 a=b\n',
    '6 abc\n',
    'x a=b\n',
    ' 6 a=b\n',
  ].map((body) => ({
    name: `the malformed record ${JSON.stringify(body)}`,
    bytes: targz({ name: 'x', type: 'x', body: Buffer.from(body) }, file('a')),
    reason: /broken extended/,
  })),
  { name: 'too long a name', bytes: targz(paxOf({ path: 'n'.repeat(300) }), file('a')), reason: /too long/ },
  { name: 'too deep a path', bytes: targz(paxOf({ path: 'a/'.repeat(100) + 'b' }), file('a')), reason: /deep/ },
  { name: 'the same file twice', bytes: targz(file('a'), file('./a')), reason: /twice/ },
  { name: 'two files that differ only in case', bytes: targz(file('Labels'), file('labels')), reason: /case/ },
  { name: 'a file and then a directory of its name', bytes: targz(file('a'), file('a/b')), reason: /both/ },
  { name: 'a directory and then a file of its name', bytes: targz(file('a/b'), file('a')), reason: /both/ },
  {
    name: 'a wrong checksum in a later header',
    bytes: targz(file('a'), { ...file('b'), breakChecksum: true }),
    reason: /TAR_ENTRY_INVALID/,
  },
  { name: 'an end that is missing', bytes: gzipSync(tarOf([file('a')], Buffer.alloc(0))), reason: /cut short/ },
  {
    name: 'an entry that is cut short',
    bytes: gzipSync(tarOf([{ name: 'a', body: text, size: 5000 }], Buffer.alloc(0))),
  },
  {
    name: 'a file that is cut in its last block, behind an extended header',
    bytes: gzipSync(tarOf([paxOf({ path: 'a' }), { name: 'a', body: Buffer.alloc(513) }]).subarray(0, 4 * 512 + 100)),
  },
  { name: 'a gzip file that is cut short', bytes: targz(file('a')).subarray(0, -12), reason: /gzip/ },
  { name: 'a gzip file with a flipped bit', bytes: flipped(targz({ name: 'a', body: big })), reason: /gzip|tar/ },
  {
    name: 'garbage behind the gzip file',
    bytes: Buffer.concat([targz(file('a')), Buffer.from('garbage')]),
    reason: /gzip|garbage/,
  },
  {
    name: 'garbage behind zeros behind the gzip file',
    bytes: Buffer.concat([targz(file('a')), Buffer.alloc(70_000), Buffer.from('garbage'), Buffer.alloc(70_000)]),
    reason: /garbage/,
  },
  {
    name: 'a gzip file that is named tar.gz and holds none',
    bytes: gzipSync(Buffer.from('hello'.repeat(500))),
    fileName: 'model.tar.gz',
    reason: /holds no tar/,
  },
  { name: 'a gzip file within a gzip file', bytes: gzipSync(targz(file('a'))), reason: /pack it once/ },
  {
    name: 'a gzip bomb of one file',
    bytes: gzipSync(big),
    policy: { maxUnpackedBytes: 200_000 },
    code: 'ARCHIVE_TOO_LARGE',
  },
  ...Object.entries({
    xz: 'fd377a585a00',
    bzip2: '425a6839314159265359',
    zstd: '28b52ffd',
    '7z': '377abcaf271c',
    rar: '526172211a0700',
    lz4: '04224d18',
  }).map(([kind, magic]) => ({
    name: `a file packed with ${kind}`,
    bytes: Buffer.concat([Buffer.from(magic, 'hex'), big]),
    code: 'ARCHIVE_UNSUPPORTED',
    reason: new RegExp(`packed with ${kind}, .*pack it as tar.gz or zip`),
  })),
  { name: 'an empty gzip file', bytes: gzipSync(Buffer.alloc(0)) },
  {
    name: 'more entries than the policy takes',
    bytes: targz(file('a'), file('b'), file('c')),
    policy: { maxEntries: 2 },
    code: 'ARCHIVE_TOO_LARGE',
  },
  {
    name: "the archive's own folder over and over",
    bytes: targz(...Array<TarEntry>(9).fill({ name: './', type: '5' })),
    policy: { maxEntries: 8 },
    code: 'ARCHIVE_TOO_LARGE',
  },
  {
    name: 'more bytes than the policy takes',
    bytes: targz({ name: 'a', body: big }),
    policy: { maxUnpackedBytes: 200_000 },
    code: 'ARCHIVE_TOO_LARGE',
  },
  {
    name: 'a gzip bomb behind one small header',
    bytes: gzipSync(tarOf([{ name: 'x', type: 'g', body: Buffer.alloc(900_000) }, file('a')])),
    policy: { maxUnpackedBytes: 1000, maxEntries: 10 },
    code: 'ARCHIVE_TOO_LARGE',
  },
  { name: 'a plain tar with a path upwards', bytes: tarOf([file('../x')]), reason: /leaves/ },
  { name: 'a zip with a path upwards', bytes: zip('../x'), reason: /leaves/ },
  { name: 'a zip with an absolute path', bytes: zip('/x'), reason: /absolute/ },
  { name: 'a zip with a path upwards in backslashes', bytes: zip('a\\..\\..\\x'), reason: /leaves/ },
  { name: 'a zip whose names are one in the end', bytes: zipOf([{ name: 'a\\b' }, { name: 'a/b' }]), reason: /twice/ },
  { name: 'a zip with a damaged file', bytes: zip('a', { crc: 1 }), reason: /CRC/ },
  { name: 'a zip with a link', bytes: zip('a', { mode: 0o120_777 }), reason: /link/ },
  { name: 'a zip with a device', bytes: zip('a', { mode: 0o060_644 }), reason: /device/ },
  { name: 'a zip with a password', bytes: zip('a', { encrypted: true }), code: 'ARCHIVE_UNSUPPORTED' },
  { name: 'a zip with an exotic compression', bytes: zip('a', { method: 14 }), code: 'ARCHIVE_UNSUPPORTED' },
  { name: 'a zip whose entry is longer than it says', bytes: zip('a', { body: big, size: 10 }), reason: /zip/ },
  {
    name: 'a zip that says it is larger than the policy takes',
    bytes: zip('a', { size: 4_000_000_000 }),
    policy: { maxUnpackedBytes: 1_000_000 },
    code: 'ARCHIVE_TOO_LARGE',
  },
  { name: 'a zip with the same file twice', bytes: zipOf([{ name: 'a' }, { name: 'a' }]), reason: /twice/ },
  { name: 'a zip that is cut short', bytes: zip('a').subarray(0, -10), reason: /zip/ },
];

function flipped(bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  const middle = Math.floor(copy.length / 2);
  copy[middle] = (copy[middle] ?? 0) ^ 0x10;
  return copy;
}

describe('archives', () => {
  let bench: FetchBench;
  beforeEach(async () => {
    bench = await startFetchBench();
  });
  afterEach(() => bench.stop());

  async function fetch(bytes: Buffer, policy: Partial<FetchPolicy> = {}, fileName = 'model.bin'): Promise<string> {
    bench.serve((_request, response) => void response.writeHead(200, { 'content-length': bytes.length }).end(bytes));
    return (await bench.fetch({ sha256: sha256(bytes), policy, fileName })).path;
  }

  test.each(bad)(
    '$name is refused, for good, and leaves nothing behind',
    async ({ bytes, code, reason, policy, fileName }) => {
      const error: unknown = await fetch(bytes, policy, fileName).catch((failure: unknown) => failure);
      expect(error).toMatchObject({ code: code ?? 'BAD_ARCHIVE', retryable: false });
      if (reason !== undefined) expect((error as Error).message).toMatch(reason);
      expect(await bench.leftovers()).toEqual([]);
      expect(await readdir(bench.layout.store)).toEqual([]);
    },
  );

  test.each([
    {
      kind: 'tar.gz',
      bytes: targz({ name: 'd/', type: '5', mode: 0 }, { ...file('d/a'), mode: 0o4777 }, { name: 'd/big', body: big }),
    },
    { kind: 'tar', bytes: tarOf([{ name: './d/', type: '5' }, file('./d/a'), { name: 'd/big', body: big }]) },
    {
      kind: 'tar.gz of two members',
      bytes: (() => {
        const tar = tarOf([file('d/a'), { name: 'd/big', body: big }]);
        return Buffer.concat([gzipSync(tar.subarray(0, 700)), gzipSync(tar.subarray(700))]);
      })(),
    },
    {
      kind: 'zip',
      bytes: zipOf([
        { name: 'd/', mode: 0o040_755 },
        { name: 'd/a', body: text, mode: 0o104_777 },
        { name: 'd/big', body: big },
      ]),
    },
  ])('a sound $kind is unpacked with modes of ours', async ({ bytes }) => {
    const path = await fetch(bytes);
    expect(await readFile(join(path, 'd/a'))).toEqual(text);
    expect(sha256(await readFile(join(path, 'd/big')))).toBe(sha256(big));
    const { mode, uid } = await lstat(join(path, 'd/a'));
    expect([mode & 0o7777, uid]).toEqual([0o644, process.getuid?.()]);
    expect((await lstat(join(path, 'd'))).mode & 0o777).toBe(0o755);
  });

  test('a long name in an extended header is kept', async () => {
    const name = `${'long'.repeat(30)}/${'ü'.repeat(50)}`;
    const path = await fetch(targz(paxOf({ path: name }), file('short')));
    expect(await readFile(join(path, name))).toEqual(text);
  });

  test('wrong bytes that look like a hostile archive are wrong bytes, not an archive refused for good', async () => {
    const bytes = targz(file('../x'));
    bench.serve((_request, response) => void response.writeHead(200).end(bytes));
    await expect(bench.fetch({ sha256: '0'.repeat(64) })).rejects.toMatchObject({
      code: 'DIGEST_MISMATCH',
      retryable: true,
    });
    expect(await bench.leftovers()).toEqual([]);
  });
});
