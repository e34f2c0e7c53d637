/** Fetches one artifact into a new volume and prints what it took; a process of its own, so that its memory is its own. */
import { readFile } from 'node:fs/promises';
import { Writable } from 'node:stream';
import { systemClock } from '@companion/foundation/node';
import { createLog } from '@companion/edge';
import { Bandwidth, createCredentials, defaultFetchPolicy, Downloader, openVolume } from '@companion/artifacts/testing';

void main();

async function main(): Promise<void> {
  const [root = '', url = '', sha256 = ''] = process.argv.slice(2);
  const layout = await openVolume(root);
  const quiet = new Writable({ write: (_chunk, _encoding, done) => done() });
  const startedMs = performance.now();
  const downloader = new Downloader({
    layout,
    credentials: createCredentials({ directory: undefined, variables: {} }),
    clock: systemClock,
    log: createLog({ module: 'bench', level: 'error', destination: quiet }),
  });
  await downloader.fetch({
    artifact: { name: 'bench', url, sha256, sizeBytes: undefined },
    fileName: 'bench',
    policy: defaultFetchPolicy,
    bandwidth: new Bandwidth(systemClock, 0),
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
  const insideMs = performance.now() - startedMs;
  // Not getrusage: its peak begins with what the parent had before exec.
  const peakKib = Number(/VmHWM:\s+(\d+)/.exec(await readFile('/proc/self/status', 'utf8'))?.[1]);
  const { user, system } = process.cpuUsage();
  process.stdout.write(JSON.stringify({ insideMs, cpuMs: (user + system) / 1000, peakBytes: peakKib * 1024 }));
}
