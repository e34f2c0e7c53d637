import { createHash } from 'node:crypto';
import { TarParser, type TarPart } from '@companion/artifacts/testing';
import fc from 'fast-check';
import { Parser, type ReadEntry } from 'tar';
import { describe, expect, test } from 'vitest';
import { paxOf, tarOf, type TarEntry } from './tar-text.ts';

const block = 512;

/** What the module's parser makes of an archive that comes in pieces of these sizes, over and over; `bad` however it is refused. */
function read(tar: Buffer, pieceSizes: readonly number[]): readonly string[] | 'bad' {
  const found: string[] = [];
  let hash = createHash('sha256');
  const take = (part: TarPart): void => {
    if (part.type === 'directory') found.push(`directory ${part.path}`);
    if (part.type === 'link') found.push(`link ${part.path} to ${part.target}`);
    if (part.type === 'file') found.push(`file ${part.path} ${part.sizeBytes}`);
    if (part.type === 'data') hash.update(part.piece);
    if (part.type !== 'fileEnd') return;
    found.push(hash.digest('hex'));
    hash = createHash('sha256');
  };
  const parser = new TarParser('a');
  try {
    for (let at = 0, piece = 0; at < tar.length && !parser.sawEnd; piece++) {
      const to = at + (pieceSizes[piece % pieceSizes.length] ?? tar.length);
      parser.write(tar.subarray(at, to)).forEach(take);
      at = to;
    }
    parser.end().forEach(take);
  } catch (error) {
    expect(error).toMatchObject({ code: 'BAD_ARCHIVE' });
    return 'bad';
  }
  return parser.sawEnd ? found : 'bad';
}

/** What the tar package by itself makes of it. */
function readPlainly(tar: Buffer): readonly string[] {
  const found: string[] = [];
  const parser = new Parser({ brotli: false, zstd: false });
  parser.on('entry', (entry: ReadEntry) => {
    const hash = createHash('sha256');
    const isFile = !['Directory', 'GNUDumpDir', 'Link'].includes(entry.type);
    if (entry.type === 'Link') found.push(`link ${entry.path} to ${entry.linkpath}`);
    else found.push(isFile ? `file ${entry.path} ${entry.size}` : `directory ${entry.path}`);
    entry.on('data', (piece) => void hash.update(piece));
    entry.on('end', () => {
      if (isFile) found.push(hash.digest('hex'));
    });
  });
  parser.end(tar);
  return found;
}

const body = fc.integer({ min: 0, max: 1500 }).map((length) => Buffer.alloc(length, `${length} `));
const plainName = fc.stringMatching(/^[a-z]{1,8}(\/[a-z.-]{1,8}){0,3}$/);
const plainFile: fc.Arbitrary<TarEntry> = fc.record({ name: plainName, body });
/** All that an archive may have beside plain files. */
const other: fc.Arbitrary<readonly TarEntry[]> = fc.oneof(
  plainName.map((name) => [{ name: `${name}/`, type: '5' }]),
  plainName.map((name) => [{ name: `${name}/` }]),
  fc.record({ name: plainName, body, type: fc.constantFrom('\0', '7', '5', 'D', 'S', 'V') }).map((entry) => [entry]),
  fc.record({ name: plainName, type: fc.constantFrom('1', '2', '3', '6'), link: plainName }).map((entry) => [entry]),
  fc.record({ name: plainName, body, link: plainName }).map((entry) => [entry]),
  fc.record({ name: plainName.map((name) => `${name}\0 ../x`), body }).map((entry) => [entry]),
  fc.record({ name: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 8 }), body }).map((entry) => [entry]),
  fc.record({ name: plainName.map((name) => `${'long/'.repeat(30)}${name}`), body }).map((entry) => [entry]),
  fc.tuple(plainName, plainFile).map(([path, file]) => [paxOf({ path }), file]),
  fc.tuple(plainName, plainFile).map(([path, file]) => [{ name: 'l', type: 'L', body: Buffer.from(path) }, file]),
  plainFile.map((file) => [paxOf({ size: '3' }), file]),
  fc.constant([{ name: '', body: Buffer.alloc(0) }]),
);
const entries = fc
  .array(fc.oneof({ weight: 4, arbitrary: plainFile.map((file) => [file]) }, { weight: 1, arbitrary: other }), {
    maxLength: 8,
  })
  .map((groups) => groups.flat());
const pieceSizes = fc.array(fc.oneof(fc.integer({ min: 1, max: 2000 }), fc.constant(block)), {
  minLength: 1,
  maxLength: 5,
});
/** Zeros in the middle, and ends of every sort. */
const end = fc.oneof(
  fc.constantFrom(0, 1, 2, 3, 20).map((blocks) => Buffer.alloc(blocks * block)),
  fc
    .constantFrom(0, 1, 2)
    .map((blocks) => Buffer.alloc((blocks + 1) * block).fill(' ', blocks * block + 148, blocks * block + 156)),
);

/** Bytes that mean something somewhere in a header. */
const byte = fc.constantFrom(0, 0x0a, 0x20, 0x2f, 0x30, 0x31, 0x35, 0x37, 0x38, 0x41, 0x75, 0x7f, 0x80, 0xff);
const change = fc.tuple(fc.integer({ min: 0, max: block - 1 }), byte);
const checksumForms = fc.constantFrom(
  (sum: number) => `${sum.toString(8).padStart(6, '0')}\0 `,
  (sum: number) => `${sum.toString(8).padStart(7, '0')}\0`,
  (sum: number) => sum.toString(8).padStart(8, '0'),
  (sum: number) => `${sum.toString(8).padStart(6, ' ')} \0`,
);

/** Changes an archive's first header and makes its checksum right again. */
function changed(
  tar: Buffer,
  changes: readonly (readonly [number, number])[],
  formOf: (sum: number) => string,
): Buffer {
  const copy = Buffer.from(tar);
  for (const [at, value] of changes) copy[at] = value;
  copy.fill(' ', 148, 156);
  const sum = copy.subarray(0, block).reduce((total, value) => total + value, 0);
  copy.write(formOf(sum), 148, 'latin1');
  return copy;
}

/** The package makes U+FFFD of what is not UTF-8, takes in what is on a new line behind a name's end, and puts a slash before a name where only an empty prefix is. */
function namesReadAlike(header: Buffer): boolean {
  const fields: readonly (readonly [number, number])[] = [
    [0, 100],
    [157, 257],
    [345, 500],
  ];
  if (header[345] === 0 && header[475] !== 0) return false;
  return fields.every(([from, to]) => !/[\x80-\xff]|\0[^]*\n/.test(header.toString('latin1', from, to)));
}

describe('what the parser takes is what the tar package reads, in pieces of any size', () => {
  const same = (tar: Buffer, sizes: readonly number[]): void => {
    const whole = read(tar, [tar.length]);
    expect(read(tar, sizes)).toEqual(whole);
    if (whole !== 'bad') expect(whole).toEqual(readPlainly(tar));
  };

  test('of archives of plain and other entries', () => {
    fc.assert(
      fc.property(entries, entries, end, end, pieceSizes, (first, second, between, last, sizes) => {
        same(Buffer.concat([tarOf(first, between), tarOf(second, last)]), sizes);
      }),
      { numRuns: 2000 },
    );
  });

  test('of headers in which anything is changed', () => {
    fc.assert(
      fc.property(
        plainFile,
        fc.array(change, { maxLength: 4 }),
        checksumForms,
        plainFile,
        (file, changes, formOf, next) => {
          const tar = changed(tarOf([file, next]), changes, formOf);
          fc.pre(namesReadAlike(tar));
          same(tar, [block * 3]);
        },
      ),
      { numRuns: 5000 },
    );
  });

  test('of archives that are cut anywhere', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (all, cut) => {
        const tar = tarOf(all);
        same(tar.subarray(0, cut % tar.length), [700]);
      }),
      { numRuns: 1000 },
    );
  });
});

test('a name in an extended header is the one that its author wrote, or the archive is refused', () => {
  const written = fc.string({
    unit: fc.constantFrom('a', 'ü', '/', '=', ' ', '1', '\n', '\0'),
    minLength: 1,
    maxLength: 12,
  });
  const body = Buffer.from('x');
  fc.assert(
    fc.property(written, (path) => {
      const found = read(tarOf([paxOf({ path }), { name: 'other', body }]), [block]);
      if (found === 'bad') return;
      // The package takes a name that ends with a slash for a directory.
      expect(found[0]).toBe(path.endsWith('/') ? `directory ${path}` : `file ${path} 1`);
    }),
    { numRuns: 2000 },
  );
});

test('a gzip file within a tar.gz is refused, not inflated once more', () => {
  const inner = tarOf([{ name: Buffer.from([0x1f, 0x8b, 0x08]) }]);
  expect(read(inner, [block])).toBe('bad');
});

test('a record that reads like another decides neither a size nor a name, before one entry or before all', () => {
  const value = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc
      .array(fc.constantFrom('\n', '\0', '11 size=99', '15 path=../../x', '14 linkpath=x', ' ', 'z'), { maxLength: 6 })
      .map((parts) => Buffer.from(parts.join(''))),
  );
  const key = fc.constantFrom('SCHILY.xattr.user.x', 'comment', 'mtime', 'uname', 'hdrcharset', 'x.size', 'uid');
  const records = fc.dictionary(key, value, { maxKeys: 4 });
  const files: readonly TarEntry[] = [
    { name: 'a', body: Buffer.from('weights') },
    { name: 'b', body: Buffer.alloc(3000, 'x') },
  ];
  const plain = read(tarOf(files), [block]);
  expect(plain).toHaveLength(4);
  fc.assert(
    fc.property(records, records, pieceSizes, (local, global, sizes) => {
      expect(read(tarOf([paxOf(global, 'g'), paxOf(local), ...files]), sizes)).toEqual(plain);
    }),
    { numRuns: 1000 },
  );
});
