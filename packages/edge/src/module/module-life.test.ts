import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest';

interface Run {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly exit: Promise<number | null>;
  readonly stdout: () => string;
  readonly stderr: () => string;
}

/** Runs a module in a process of its own; `start` is the body of its start function. */
function runModule(start: string, environment: Record<string, string> = {}, options = ''): Run {
  const script = `import { runModule } from ${JSON.stringify(pathToFileURL(inject('programs').edge).href)};
    void runModule({ name: 'probe', ${options} start: async ({ hub, log, health, metrics }) => { ${start} } });`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    env: {
      PATH: process.env['PATH'],
      METRICS_PORT: '0',
      METRICS_HOST: '127.0.0.1',
      // Nobody listens there: the hub is tried until the module is stopped.
      EdgeHubConnectionString: 'HostName=h;DeviceId=d;ModuleId=m;SharedAccessKey=c2VjcmV0;GatewayHostName=127.0.0.1:1',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const exit = once(child, 'close').then(([code]) => code as number | null);
  return { child, exit, stdout: () => stdout, stderr: () => stderr };
}

async function untilLogged(run: Run, text: string): Promise<void> {
  await vi.waitUntil(() => run.stdout().includes(text), { timeout: 15_000, interval: 10 });
}

const idle = `log.info('module started'); return { stop: async () => log.info('module stopped') };`;

describe('a module process', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('ends with %s in order and exit code 0', async (signal) => {
    const run = runModule(idle);
    await untilLogged(run, 'module started');
    run.child.kill(signal);
    expect(await run.exit).toBe(0);
    const messages = run
      .stdout()
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { msg: string }).msg);
    expect(messages.slice(messages.indexOf('stopping'))).toEqual(['stopping', 'module stopped', 'stopped']);
  });

  test('serves health and metrics while it has no connection, and says so', async () => {
    const run = runModule(`metrics.counter('things_total', 'Things.').inc(); ${idle}`);
    await untilLogged(run, 'module started');
    const { port } = JSON.parse(run.stdout().split('\n')[0] ?? '') as { port: number };
    const health = await fetch(`http://127.0.0.1:${port}/healthz`);
    expect(health.status).toBe(503);
    expect(await health.json()).toEqual({ healthy: false, checks: { hub: { ok: false, detail: 'disconnected' } } });
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
    expect(text).toMatch(/probe_things_total\{iothub="h",edge_device="d",module_name="m",instance_number="[^"]+"\} 1/);
    expect(text).toContain('probe_process_cpu_seconds_total');
  });

  test('ends at once with a second signal', async () => {
    const run = runModule(`log.info('module started'); return { stop: () => new Promise(() => log.info('hanging')) };`);
    await untilLogged(run, 'module started');
    run.child.kill('SIGTERM');
    await untilLogged(run, 'hanging');
    run.child.kill('SIGTERM');
    expect(await run.exit).toBe(1);
  });

  test('says what hangs when its time is up, and ends all the same', async () => {
    const run = runModule(
      `log.info('module started'); return { stop: () => new Promise(() => {}) };`,
      {},
      'stopWithinMs: 200,',
    );
    await untilLogged(run, 'module started');
    run.child.kill('SIGTERM');
    expect(await run.exit).toBe(1);
    expect(run.stdout()).toContain('module does not stop; ending without it');
  });

  test.each([
    ['an exception', `setTimeout(() => { throw new Error('nobody catches me'); });`],
    ['a rejection', `void Promise.reject(new Error('nobody catches me'));`],
  ])('ends with a stack and a non-zero code after %s that nobody catches', async (_, failure) => {
    const run = runModule(`${failure} ${idle}`);
    expect(await run.exit).toBe(1);
    expect(run.stdout()).toMatch(/nobody catches me\\n\s+at /);
  });

  test('says in one line what is wrong with its environment', async () => {
    const run = runModule(idle, { LOG_LEVEL: 'loud', EdgeHubConnectionString: '' });
    expect(await run.exit).toBe(1);
    expect(run.stderr()).toMatch(/^probe: environment: LOG_LEVEL is "loud".*IOTEDGE_WORKLOADURI.*\n$/);
    expect(run.stdout()).toBe('');
  });

  test('says in one line that its port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const run = runModule(idle, { METRICS_PORT: String((taken.address() as AddressInfo).port) });
    expect(await run.exit).toBe(1);
    const fatal = run
      .stdout()
      .split('\n')
      .filter((line) => line.includes('"fatal"'));
    expect(fatal).toHaveLength(1);
    expect(fatal[0]).toContain('PORT_IN_USE');
  });

  test('that fails to start ends with a non-zero code', async () => {
    const run = runModule(`throw new Error('no volume');`);
    expect(await run.exit).toBe(1);
    expect(run.stdout()).toContain('no volume');
  });

  test('keeps trying while the workload API is not there', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'life-'));
    await rm(folder, { recursive: true });
    const run = runModule(idle, {
      EdgeHubConnectionString: '',
      IOTEDGE_WORKLOADURI: `unix://${join(folder, 'w.sock')}`,
      IOTEDGE_DEVICEID: 'd',
      IOTEDGE_MODULEID: 'm',
      IOTEDGE_IOTHUBHOSTNAME: 'h',
      IOTEDGE_AUTHSCHEME: 'sasToken',
      IOTEDGE_MODULEGENERATIONID: '1',
    });
    await untilLogged(run, 'WORKLOAD_UNAVAILABLE');
    run.child.kill('SIGTERM');
    expect(await run.exit).toBe(0);
  });
});
