import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { measurement, type Benchmark } from '../benchmark.ts';

const seconds = 20;
const supervisor = resolve(import.meta.dirname, '../../../modules/artifacts/src/supervisor.sh');

/** Writes what DeepStream with 8 cameras of 30 frames a second does: payloads over several lines, frame rates, blank lines. */
const app = `
const objects = Array.from({ length: 18 }, (_, n) => '    "' + [n, 100 + n, 200 + n, 180.5, 260.25, 'Car', '#', '0.87'].join('|') + '"');
const payload = 'Message sent : {\\n  "version" : "4.0",\\n  "id" : "17",\\n  "@timestamp" : "2026-01-01T00:00:00.000Z",\\n  "sensorId" : "Yard",\\n  "objects" : [\\n' + objects.join(',\\n').padEnd(1050) + '\\n  ]\\n}\\n';
let ticks = 0;
const timer = setInterval(() => {
  ticks += 1;
  process.stdout.write(payload.repeat(6) + (ticks % 8 < 5 ? '\\n' : ''));
  if (ticks % 200 === 0) process.stdout.write('Thu Jan 01 00:00:00 2026\\n**PERF:  29.97 (29.88)\\t\\n');
  if (ticks < ${seconds * 40}) return;
  clearInterval(timer);
  if (process.argv.includes('-c')) process.kill(process.ppid, 'SIGTERM');
}, 25);
`;

interface Cost {
  /** Processor time of everything that ran. */
  readonly cpuSeconds: number;
  /** Bytes that reached the container's log. */
  readonly bytes: number;
}

/** What it costs to filter the app's output, and what that leaves of it. */
export const floods: Benchmark = {
  name: 'floods',
  async run() {
    const root = await mkdtemp(join(tmpdir(), 'floods-'));
    try {
      await mkdir(join(root, 'releases/r'), { recursive: true });
      await writeFile(join(root, 'releases/r/app-config'), 'app.txt\n');
      await symlink('releases/r', join(root, 'current'));
      const program = join(root, 'app.mjs');
      await writeFile(program, app);
      const alone = await cost([process.execPath, program]);
      const supervised = await cost(['sh', supervisor, root, process.execPath, program]);
      const ring = (await stat(join(root, 'deepstream.log'))).size;
      const perDay = (bytes: number): number => (bytes * 86_400) / seconds / 1e9;
      return [
        measurement('floods: processor time, with the supervisor', 's', supervised.cpuSeconds, alone.cpuSeconds),
        measurement('floods: log of a day', 'GB', perDay(supervised.bytes), perDay(alone.bytes)),
        measurement('floods: ring of a day', 'GB', perDay(ring), perDay(alone.bytes)),
      ];
    } finally {
      await rm(root, { recursive: true, force: true });
    }
  },
};

/** Runs a command behind a reader of its output, as a container's is, to its end. */
async function cost(command: readonly string[]): Promise<Cost> {
  // `times` counts every process that was waited for.
  const child = spawn('sh', ['-c', '"$@"; times >&2', 'sh', ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
  let bytes = 0;
  let times = '';
  child.stdout.on('data', (data: Buffer) => (bytes += data.length));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (times += text));
  await once(child, 'close');
  const parts = [...times.matchAll(/(\d+)m([\d.]+)s/g)].map(([, minutes, rest]) => Number(minutes) * 60 + Number(rest));
  return { cpuSeconds: parts.reduce((sum, part) => sum + part, 0), bytes };
}
