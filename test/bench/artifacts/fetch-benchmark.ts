import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGzip } from 'node:zlib';
import { build } from 'esbuild';
import { Header } from 'tar';
import { bundleOptions } from '../../../scripts/bundle-options.ts';
import { measurement, type Benchmark, type Measurement } from '../benchmark.ts';

const run = promisify(execFile);

interface Contents {
  readonly files: number;
  readonly bytesPerFile: number;
  /** Noise of the machine: so many times both ways by turns, and the median counts. */
  readonly rounds: number;
}

/** What one way of fetching took, from its process's start to its end. */
interface Cost {
  readonly wallMs: number;
  /** In user and kernel mode together, over all its threads and processes; other programs disturb this less than the wall clock. */
  readonly cpuMs: number;
}

/** 300 MB of what doesn't compress, as videos don't; and a heap of small files. */
const large: Contents = { files: 8, bytesPerFile: 37.5 * 1024 * 1024, rounds: 5 };
const many: Contents = { files: 10_000, bytesPerFile: 2048, rounds: 7 };

const memoryLimitBytes = 120_000_000;

/** What a module's container has. Certificates that NODE_EXTRA_CA_CERTS names here would be read at every start of Node. */
const containerEnvironment = { PATH: process.env['PATH'] };

/** From URL to a durable, verified, unpacked directory, against curl, sha256sum, tar and sync doing the same one after the other. */
export const fetchBenchmarks: readonly Benchmark[] = [
  { name: 'artifacts: fetch 300 MB in 8 files', run: () => measureFetch('300 MB, 8 files', large) },
  { name: 'artifacts: fetch 10,000 files', run: () => measureFetch('10,000 files', many) },
];

async function measureFetch(title: string, contents: Contents): Promise<Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-fetch-'));
  const archive = join(folder, 'archive.tar.gz');
  await makeArchive(archive, contents);
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
    const ours: (Cost & { readonly insideMs: number; readonly peakBytes: number })[] = [];
    const plain: Cost[] = [];
    const fetchOurs = async (round: number): Promise<void> => {
      const startedMs = performance.now();
      const args = [child, join(folder, `volume-${round}`), url, sha256];
      const { stdout } = await run(process.execPath, args, { env: containerEnvironment });
      const wallMs = performance.now() - startedMs;
      ours.push({ wallMs, ...(JSON.parse(stdout) as { insideMs: number; cpuMs: number; peakBytes: number }) });
    };
    const ways = [
      fetchOurs,
      async (round: number) => void plain.push(await fetchPlainly(join(folder, `plain-${round}`), url, sha256)),
    ];
    // Nothing is deleted before or between the rounds: for minutes ext4 is slow to hand out inodes beside those just freed.
    for (let round = 0; round < contents.rounds; round++) {
      for (const fetch of ways) {
        await run('sync');
        await fetch(round);
      }
      // Whoever comes second finds the disk busier or the caches warmer.
      ways.reverse();
    }
    const compared = (what: string, mine: readonly number[], theirs: readonly number[]): Measurement => ({
      ...measurement(`${title}: ${what}`, 'ms', median(mine), median(theirs)),
      // Of the rounds' own ratios: what disturbs the machine for longer than a round disturbs both ways in it.
      ratio: Number(median(mine.map((value, round) => value / (theirs[round] ?? Number.NaN))).toPrecision(4)),
    });
    const plainMs = plain.map(({ wallMs }) => wallMs);
    return [
      compared(
        'wall',
        ours.map(({ wallMs }) => wallMs),
        plainMs,
      ),
      // A module that is running already does not start Node for a download.
      compared(
        "wall without Node's start",
        ours.map(({ insideMs }) => insideMs),
        plainMs,
      ),
      compared(
        'CPU time',
        ours.map(({ cpuMs }) => cpuMs),
        plain.map(({ cpuMs }) => cpuMs),
      ),
      measurement(
        `${title}: peak memory`,
        'bytes',
        Math.max(...ours.map(({ peakBytes }) => peakBytes)),
        memoryLimitBytes,
      ),
    ];
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function fetchPlainly(folder: string, url: string, sha256: string): Promise<Cost> {
  await mkdir(folder);
  const startedMs = performance.now();
  const script =
    'curl -sSf -o archive "$1" && echo "$2  archive" | sha256sum -c --quiet && mkdir out && tar -xzf archive -C out && rm archive && sync && times';
  const { stdout } = await run('sh', ['-c', script, 'sh', url, sha256], { cwd: folder });
  const wallMs = performance.now() - startedMs;
  // `times` prints user and kernel time, first the shell's own, then its children's.
  const minutes = [...stdout.matchAll(/(\d+)m([\d.]+)s/g)];
  const cpuMs = minutes.reduce((sum, [, minute, second]) => sum + (Number(minute) * 60 + Number(second)) * 1000, 0);
  return { wallMs, cpuMs };
}

/** Written without a folder of files to take them from: see above for what deleting that would cost. */
async function makeArchive(archive: string, { files, bytesPerFile }: Contents): Promise<void> {
  await pipeline(tarOf(files, bytesPerFile), createGzip({ level: 1 }), createWriteStream(archive));
  await run('sync');
}

function* tarOf(files: number, bytesPerFile: number): Generator<Buffer> {
  const folders = Math.min(files, 100);
  for (let index = 0; index < folders; index++) yield header(`part-${index}/`, 'Directory', 0o755, 0);
  const pieceBytes = 256 * 1024;
  for (let index = 0; index < files; index++) {
    yield header(`part-${index % 100}/file-${index}.bin`, 'File', 0o644, bytesPerFile);
    for (let at = 0; at < bytesPerFile; at += pieceBytes) yield randomBytes(Math.min(pieceBytes, bytesPerFile - at));
    yield Buffer.alloc((512 - (bytesPerFile % 512)) % 512);
  }
  yield Buffer.alloc(1024);
}

function header(path: string, type: 'File' | 'Directory', mode: number, size: number): Buffer {
  const block = Buffer.alloc(512);
  new Header({ path, type, mode, size, uid: 0, gid: 0, mtime: new Date(0) }).encode(block);
  return block;
}

/**
 * As a module is deployed: one file, since loading it from source would measure the loader's memory. But without the flag of
 * the module's image that keeps V8's young generation small: with any such flag V8 takes none of the code that Node brings
 * compiled, which a module pays once and this would pay in every round.
 */
async function bundleChild(folder: string): Promise<string> {
  const outfile = join(folder, 'fetch-child.cjs');
  await build({
    entryPoints: [join(import.meta.dirname, 'fetch-child.ts')],
    outfile,
    ...bundleOptions,
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
