import { lstat, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { JsonObject } from '@companion/foundation';
import { sha256 as sha256Of } from '@companion/foundation/node';
import { createLog, Metrics } from '@companion/edge';
import { parseSettings, type ModuleState } from '@companion/artifacts';
import { DownloadMetrics, makeReconciler, transitionKey } from '@companion/artifacts/testing';
import { measurement, type Benchmark, type Measurement } from '../benchmark.ts';

const artifacts = 100;
const passes = 50;
/** What the pass may take. */
const limitMs = 50;

/** The same twin delivered again, as at every reconnect and every few minutes: it must cost next to nothing. */
export const unchangedTwinBenchmarks: readonly Benchmark[] = [
  { name: 'artifacts: unchanged twin of 100 artifacts', run: measureUnchangedTwin },
];

async function measureUnchangedTwin(): Promise<Measurement[]> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-unchanged-'));
  const root = join(folder, 'volume');
  const settings = parseSettings({ ARTIFACTS_ROOT: root, ARTIFACTS_IMPORT: folder });
  const metrics = new DownloadMetrics(
    new Metrics({ prefix: 'artifacts', module: 'm', iothub: 'h', device: 'd', instance: '1' }),
  );
  let wake = (): void => undefined;
  const reconciler = await makeReconciler(root, {
    downloads: settings.downloads,
    log: createLog({ module: 'bench', level: 'silent' }),
    // As the module wires it: the metrics, and whether there is something to report.
    onState: (state) => {
      metrics.show(state);
      transitionKey(state);
      wake();
    },
  });
  await reconciler.start();
  let version = 0;
  const pass = async (properties: JsonObject): Promise<number> => {
    version += 1;
    const startedMs = performance.now();
    reconciler.submit({ version, properties });
    while (!isDone(reconciler, version)) await new Promise<void>((resolve) => (wake = resolve));
    return performance.now() - startedMs;
  };
  try {
    const properties = await makeTwin(folder);
    const writtenBefore = await writtenBytes();
    await pass(properties);
    const firstBytes = (await writtenBytes()) - writtenBefore;
    const before = await snapshot(root);
    const bytesBefore = await writtenBytes();
    const tookMs: number[] = [];
    for (let index = 0; index < passes; index++) tookMs.push(await pass(properties));
    const bytes = (await writtenBytes()) - bytesBefore;
    if ((await snapshot(root)) !== before) throw new Error('the pass on an unchanged twin changed the volume');
    tookMs.sort((a, b) => a - b);
    return [
      measurement('unchanged twin, 100 artifacts: pass, median', 'ms', tookMs[passes / 2] ?? NaN, limitMs),
      measurement('unchanged twin, 100 artifacts: pass, slowest of 50', 'ms', tookMs.at(-1) ?? NaN, limitMs),
      measurement('unchanged twin, 100 artifacts: written by 50 passes, against the first', 'bytes', bytes, firstBytes),
    ];
  } finally {
    await reconciler.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function isDone({ state }: { readonly state: ModuleState }, version: number): boolean {
  const { desiredVersion, wanted, releases } = state;
  return (
    desiredVersion === version &&
    wanted?.preparation.state === 'ready' &&
    releases.control.active === wanted.id &&
    releases.control.activation.phase === 'steady'
  );
}

async function makeTwin(folder: string): Promise<JsonObject> {
  const entries = Array.from({ length: artifacts }, async (_, index) => {
    const body = `# artifact ${index}\n[tests]\nfile-loop=${index}\n`;
    await writeFile(join(folder, `${index}.txt`), body);
    const sha256 = sha256Of(body);
    const kind = index % 2 === 0 ? 'model' : 'config';
    return [`artifact-${index}`, { kind, url: `file://${folder}/${index}.txt`, sha256 }] as const;
  });
  return {
    artifacts: Object.fromEntries(await Promise.all(entries)),
    deepstream: { config: 'configs/artifact-1/1.txt', activate: { by: 'none' } },
    policy: { freeBytesFloor: 0 },
  };
}

/** Every path below with all that a write would change: a file's contents can't change without its times. */
async function snapshot(path: string): Promise<string> {
  const stats = await lstat(path);
  const { ino, size, mtimeMs, ctimeMs, mode } = stats;
  const lines = [`${path} ${ino} ${size} ${mtimeMs} ${ctimeMs} ${mode}`];
  if (stats.isDirectory())
    for (const name of (await readdir(path)).sort()) lines.push(await snapshot(join(path, name)));
  return lines.join('\n');
}

/** Bytes that this process has caused to be written to disks so far; Linux counts them as pages get dirty. */
async function writtenBytes(): Promise<number> {
  const text = await readFile('/proc/self/io', 'utf8');
  return Number(/^write_bytes: (\d+)$/m.exec(text)?.[1]);
}
