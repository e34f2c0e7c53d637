import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { create } from 'tar';
import { measurement, type Benchmark, type Measurement } from '../benchmark.ts';

const run = promisify(execFile);

interface Contents {
  readonly files: number;
  readonly bytesPerFile: number;
}

/** 300 MB of what doesn't compress, as videos don't; and a heap of small files. */
const large: Contents = { files: 8, bytesPerFile: 37.5 * 1024 * 1024 };
const many: Contents = { files: 10_000, bytesPerFile: 2048 };

/** From a process's start to its end. Noise of the machine: the median of so many runs counts, ours and the plain way by turns. */
const rounds = 3;
const memoryLimitBytes = 120_000_000;

/** From URL to a durable, verified, unpacked directory, against curl, sha256sum, tar and sync doing the same one after the other. */
export const fetchBenchmarks: readonly Benchmark[] = [
  { name: 'fetch 300 MB in 8 files', run: () => measureFetch('300 MB, 8 files', large) },
  { name: 'fetch 10,000 files', run: () => measureFetch('10,000 files', many) },
];

async function measureFetch(title: string, contents: Contents): Promise<Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-fetch-'));
  const archive = join(folder, 'archive.tar.gz');
  await makeArchive(folder, archive, contents);
  const sha256 = await digestOf(archive);
  const { size } = await stat(archive);
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-length': size, etag: `"${sha256}"` });
    void pipeline(createReadStream(archive, { highWaterMark: 1024 * 1024 }), response).catch(() => undefined);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/archive.tar.gz`;
    const child = await bundleChild(folder);
    const ours: number[] = [];
    const inside: number[] = [];
    const plain: number[] = [];
    const peaks: number[] = [];
    // Nothing is deleted between the rounds: ext4 is slow to hand out inodes that were freed seconds ago.
    for (let round = 0; round < rounds; round++) {
      plain.push(await fetchPlainly(join(folder, `plain-${round}`), url, sha256));
      await run('sync');
      const startedMs = performance.now();
      const { stdout } = await run(process.execPath, [child, join(folder, `volume-${round}`), url, sha256]);
      ours.push(performance.now() - startedMs);
      const { wallMs, peakBytes } = JSON.parse(stdout) as { wallMs: number; peakBytes: number };
      inside.push(wallMs);
      peaks.push(peakBytes);
      await run('sync');
    }
    return [
      measurement(`${title}: wall`, 'ms', median(ours), median(plain)),
      // A module that is running already does not start Node for a download.
      measurement(`${title}: wall without Node's start`, 'ms', median(inside), median(plain)),
      measurement(`${title}: peak memory`, 'bytes', Math.max(...peaks), memoryLimitBytes),
    ];
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetchPlainly(folder: string, url: string, sha256: string): Promise<number> {
  await mkdir(folder);
  const startedMs = performance.now();
  const script =
    'curl -sSf -o archive "$1" && echo "$2  archive" | sha256sum -c --quiet && mkdir out && tar -xzf archive -C out && rm archive && sync';
  await run('sh', ['-c', script, 'sh', url, sha256], { cwd: folder });
  return performance.now() - startedMs;
}

async function makeArchive(folder: string, archive: string, { files, bytesPerFile }: Contents): Promise<void> {
  const source = join(folder, 'source');
  await mkdir(source);
  const names = Array.from({ length: files }, (_, index) => `part-${index % 100}/file-${index}.bin`);
  for (const name of names) {
    await mkdir(join(source, name, '..'), { recursive: true });
    await writeFile(join(source, name), randomBytes(bytesPerFile));
  }
  await create({ gzip: { level: 1 }, cwd: source, file: archive }, ['.']);
  await rm(source, { recursive: true });
  await run('sync');
}

/** As the module is deployed: one file. Loading it from source would measure the loader's memory. */
async function bundleChild(folder: string): Promise<string> {
  const outfile = join(folder, 'fetch-child.mjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'fetch-child.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'esm',
    banner: {
      js: "import { createRequire as makeRequire } from 'node:module'; import { fileURLToPath as toPath } from 'node:url'; import { dirname as toDirectory } from 'node:path'; const require = makeRequire(import.meta.url); const __filename = toPath(import.meta.url); const __dirname = toDirectory(__filename);",
    },
    logLevel: 'error',
  });
  return outfile;
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  return hash.digest('hex');
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
