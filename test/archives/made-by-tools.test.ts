import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { sha256 } from '@companion/foundation/node';
import { startFetchBench, type FetchBench } from '@companion/artifacts/testing';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, type TestContext } from 'vitest';
import { paxOf, tarOf, type TarEntry } from './tar-text.ts';
import { treeOf } from './tree.ts';

type Way = readonly [title: string, tool: string, script: string];

const zip64 = `
import os, zipfile
with zipfile.ZipFile('archive', 'w', zipfile.ZIP_DEFLATED) as archive:
    for folder, _, names in os.walk('tree'):
        for name in names:
            with archive.open(os.path.relpath(os.path.join(folder, name), 'tree'), 'w', force_zip64=True) as entry:
                entry.write(open(os.path.join(folder, name), 'rb').read())
`;

/** Each packs the folder `tree` into `archive`. */
const ways: readonly Way[] = [
  ['GNU tar', 'tar', 'tar -cf archive -C tree .'],
  ['GNU tar, ustar', 'tar', 'tar --format=ustar -cf archive -C tree .'],
  ['GNU tar, v7', 'tar', 'tar --format=v7 -cf archive -C tree .'],
  ['GNU tar, pax', 'tar', 'tar --format=pax -czf archive -C tree .'],
  ['GNU tar with attributes', 'setfattr', 'tar --xattrs --acls --selinux -czf archive -C tree .'],
  ['GNU tar with a label', 'tar', 'tar --label=models -cf archive -C tree .'],
  ['bsdtar', 'bsdtar', 'bsdtar -czf archive -C tree .'],
  ['bsdtar, pax with attributes', 'bsdtar', 'bsdtar --format=pax --xattrs --acls -cf archive -C tree .'],
  ['bsdtar, zip', 'bsdtar', 'bsdtar --format=zip -cf archive -C tree .'],
  ['python tarfile', 'python3', 'cd tree && python3 -m tarfile -c ../a.tar.gz * && mv ../a.tar.gz ../archive'],
  ['pigz', 'pigz', 'tar -cf - -C tree . | pigz -b 32 >archive'],
  ['gzip in two members', 'gzip', 'tar -cf t -C tree .; (head -c 700 t | gzip; tail -c +701 t | gzip) >archive'],
  ['gzip with zeros behind', 'gzip', '(tar -czf - -C tree .; head -c 100000 /dev/zero) >archive'],
  ['zip', 'zip', 'cd tree && zip -qr ../a.zip . && mv ../a.zip ../archive'],
  ['zip with data descriptors', 'zip', 'cd tree && zip -qr - . | cat >../archive'],
  ['python zipfile, zip64', 'python3', `python3 -c "${zip64}"`],
  ['7z, zip', '7z', 'cd tree && 7z a -tzip -bso0 ../a.zip . && mv ../a.zip ../archive'],
  ['7z, tar', '7z', 'cd tree && 7z a -ttar -bso0 ../a.tar . && mv ../a.tar ../archive'],
  ['python zipfile', 'python3', 'cd tree && python3 -m zipfile -c ../archive .'],
];

const name = fc
  .stringMatching(/^[a-zA-Z0-9 ü€=-]{1,20}$/)
  .filter((part) => part.trim() === part && !part.startsWith('-'));
const tree = fc.dictionary(
  fc.array(name, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/')),
  fc.oneof(fc.integer({ min: 0, max: 2000 }), fc.constant(200_000)).map((size) => 'x'.repeat(size)),
  { minKeys: 1, maxKeys: 6 },
);

describe('what tools pack is what is unpacked', () => {
  let bench: FetchBench;
  let folder: string;
  beforeEach(async () => {
    bench = await startFetchBench();
    folder = mkdtempSync(join(tmpdir(), 'tools-'));
  });
  afterEach(async () => {
    rmSync(folder, { recursive: true, force: true });
    await bench.stop();
  });

  async function unpacked(bytes: Buffer): Promise<Record<string, string>> {
    bench.serve((_request, response) => void response.writeHead(200, { 'content-length': bytes.length }).end(bytes));
    return treeOf((await bench.fetch({ sha256: sha256(bytes) })).path);
  }

  test.for(ways)('by %s', async ([, tool, script], context) => {
    skipWithout(context, tool);
    await fc.assert(
      fc.asyncProperty(tree, async (files) => {
        writeTree(folder, files);
        sh(script, folder);
        expect(await unpacked(readFileSync(join(folder, 'archive')))).toEqual(await treeOf(join(folder, 'tree')));
      }),
      { numRuns: 3 },
    );
  });

  test.for<Way>([
    ['GNU tar', 'tar', 'tar -h -czf archive -C tree .'],
    ['GNU tar, pax', 'tar', 'tar -h --format=pax -cf archive -C tree .'],
    ['bsdtar', 'bsdtar', 'bsdtar -L -czf archive -C tree .'],
  ])('a calibration table that a link points to, by %s', async ([, tool, script], context) => {
    skipWithout(context, tool);
    writeTree(folder, { 'models/table': 'x'.repeat(300_000), 'a-first': 'y' });
    symlinkSync('table', join(folder, 'tree/models/calibration'));
    symlinkSync('models/table', join(folder, 'tree/b-second'));
    sh(script, folder);
    const found = await unpacked(readFileSync(join(folder, 'archive')));
    expect(found).toMatchObject({ 'a-first': 'y', 'models/calibration': 'x'.repeat(300_000) });
    expect(found['b-second']).toBe(found['models/table']);
  });

  test.for<Way>([
    ['GNU tar', 'tar', 'tar -xf archive -C out'],
    ['bsdtar', 'bsdtar', 'bsdtar -xf archive -C out'],
  ])(
    'extended headers of any sort are read as %s reads them, and nothing lands outside',
    async ([, tool, script], context) => {
      skipWithout(context, tool);
      const path = fc.stringMatching(/^[a-z]{1,6}(\/[a-zü]{1,6}){0,2}$/);
      const value = fc.oneof(
        fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes)),
        fc.constantFrom('a\n11 size=99\nz', 'a\n15 path=../../x\nz', '\0', '').map((text) => Buffer.from(text)),
      );
      const other = fc.dictionary(fc.constantFrom('comment', 'SCHILY.xattr.user.a', 'X.b', 'X.size'), value);
      const own = fc.record({ path }, { requiredKeys: [] });
      const entry: fc.Arbitrary<readonly TarEntry[]> = fc
        .tuple(own, other, other, path, fc.nat({ max: 1200 }))
        .map(([mine, records, global, plain, size]) => [
          paxOf(global, 'g'),
          paxOf({ ...records, ...(mine.path === undefined ? {} : { path: mine.path }), size: String(size) }),
          { name: plain, body: Buffer.alloc(size, 'x'), size: 0 },
        ]);
      let read = 0;
      await fc.assert(
        fc.asyncProperty(fc.array(entry, { minLength: 1, maxLength: 4 }), async (groups) => {
          const bytes = tarOf(groups.flat());
          const ours = await unpacked(gzipSync(bytes)).catch(() => undefined);
          if (ours === undefined) return;
          writeFileSync(join(folder, 'archive'), bytes);
          rmSync(join(folder, 'out'), { recursive: true, force: true });
          mkdirSync(join(folder, 'out'));
          // Attributes that this file system does not take are a warning of theirs, and an exit code.
          spawnSync('sh', ['-c', script], { cwd: folder });
          expect(ours).toEqual(await treeOf(join(folder, 'out')));
          read += 1;
        }),
        { numRuns: 25 },
      );
      expect(read).toBeGreaterThan(5);
    },
  );
});

function writeTree(folder: string, files: Readonly<Record<string, string>>): void {
  rmSync(join(folder, 'tree'), { recursive: true, force: true });
  for (const [path, text] of Object.entries(files)) {
    const place = join(folder, 'tree', path);
    try {
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, text);
    } catch {
      // One is a directory and a file in turn: the other is kept.
    }
  }
  spawnSync('sh', ['-c', 'setfattr -n user.note -v "0x000a31" tree/* ; setfacl -m u:1:r tree/*'], { cwd: folder });
}

function sh(script: string, cwd: string): void {
  const { status, stderr } = spawnSync('sh', ['-c', script], { cwd, encoding: 'utf8' });
  if (status !== 0) throw new Error(`${script}: ${stderr}`);
}

function skipWithout(context: TestContext, tool: string): void {
  if (spawnSync('sh', ['-c', `command -v ${tool}`]).status !== 0) context.skip(`there is no ${tool} on this machine`);
}
