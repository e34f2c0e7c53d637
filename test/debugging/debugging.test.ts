import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { AzureHub, createLog, type Hub } from '@companion/edge';
import type { JsonObject } from '@companion/foundation';
import { encodeMinimal } from '@companion/deepstream/message';
import type { DebuggedModules } from './debugged-modules.ts';
import { workspaceFolder } from './launch-file.ts';
import { startBundles } from './modules-from-bundles.ts';
import { startFromSource } from './modules-from-source.ts';
import { sourceLine } from './source-line.ts';

const patience = { timeout: 15_000, interval: 50 };

describe.each([
  { how: 'run from source by the simulator', start: startFromSource },
  { how: 'run as the debug images run them', start: startBundles },
])('in modules $how', ({ start }) => {
  let modules: DebuggedModules;
  beforeAll(async () => {
    modules = await start();
  }, 60_000);
  afterAll(() => modules[Symbol.asyncDispose]());

  test('the filter stops on a line of TypeScript for a detection, shows the frame by its name, and goes on', async () => {
    const line = sourceLine(
      join(workspaceFolder, 'modules/filter/src/filter.ts'),
      'this.#statistics.frame(frame, receivedMs);',
    );
    const before = modules.pids();
    const deepstream = await connectAsDeepStream(modules);
    await using debug = await modules.attach('filter');
    expect(await debug.breakAt(line)).toEqual(line);

    const sent = deepstream.send('detections', { body: detection('Yard', '4711') });
    const stop = await debug.paused();
    expect(stop.place).toEqual(line);
    expect(stop.functions[0]).toBe('#onFrame');
    expect(await stop.localNames()).toEqual(expect.arrayContaining(['frame', 'receivedMs']));
    expect(await stop.evaluate('frame.sensor')).toBe('Yard');
    expect(await stop.evaluate('frame.detections[0].trackId')).toBe('4711');
    expect(await stop.evaluate('Math.abs(Date.now() - receivedMs) < 60000')).toBe(true);
    await debug.clear();
    await stop.resume();

    await sent;
    await deepstream.send('detections', { body: detection('Yard', '4712') });
    await vi.waitFor(async () => {
      const { payload } = await modules.simulator.hub.invokeMethod('filter', 'stats', {});
      expect(payload).toMatchObject({ messages: { parsed: 2 }, sensors: [{ sensor: 'Yard', frames: 2 }] });
    }, patience);
    expect(modules.pids()).toEqual(before);
  });

  test('artifacts stops on a line of TypeScript for a twin change, shows the artifact by its name, and goes on', async () => {
    const { twins } = modules.simulator.hub;
    const line = sourceLine(
      join(workspaceFolder, 'modules/artifacts/src/reconcile/release-preparer.ts'),
      'privateRedirects } = desired.policy;',
    );
    const before = modules.pids();
    const { url, sha256 } = await serve('labels.txt', 'Car\nPerson\n');
    await using debug = await modules.attach('artifacts');
    expect(await debug.breakAt(line)).toEqual(line);

    const artifacts = { labels: { kind: 'model', url, sha256 } };
    twins.patchDesired('artifacts', { artifacts, deepstream: { activate: { by: 'none' } } });
    const stop = await debug.paused();
    expect(stop.place).toEqual(line);
    expect(stop.functions[0]).toBe('#fetchOne');
    expect(await stop.localNames()).toEqual(expect.arrayContaining(['artifact', 'fileName', 'bandwidth', 'desired']));
    expect(await stop.evaluate('artifact')).toMatchObject({ name: 'labels', kind: 'model', url, sha256 });
    expect(await stop.evaluate('fileName')).toBe('labels.txt');
    await debug.clear();
    await stop.resume();

    await vi.waitFor(() => {
      const { reported } = twins.get('artifacts').properties;
      expect((reported['artifacts'] as JsonObject)['labels']).toMatchObject({ state: 'ready' });
      expect(reported['release']).toMatchObject({ state: 'published' });
    }, patience);
    expect(modules.pids()).toEqual(before);
  });
});

/** A hub connection as DeepStream's module has it, over TLS and the routes of the template. */
async function connectAsDeepStream({ simulator }: DebuggedModules): Promise<Hub> {
  vi.stubEnv('EdgeHubConnectionString', simulator.connectionString('NVIDIADeepStreamSDK'));
  vi.stubEnv('EdgeModuleCACertificateFile', simulator.caFile);
  onTestFinished(() => void vi.unstubAllEnvs());
  const hub = new AzureHub({ log: createLog({ module: 'deepstream', level: 'silent' }) });
  onTestFinished(() => hub.stop());
  await hub.start();
  return hub;
}

function detection(sensor: string, trackId: string): string {
  const box = { left: 10, top: 10, right: 110, bottom: 60 };
  const detections = [{ trackId, label: 'Car', box, confidence: 0.9 }];
  return encodeMinimal({ sensor, timeMs: Date.now(), frameNumber: trackId, detections });
}

async function serve(name: string, content: string): Promise<{ url: string; sha256: string }> {
  const server = createServer((_, response) => response.end(content)).listen(0, '127.0.0.1');
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/${name}`;
  return { url, sha256: createHash('sha256').update(content).digest('hex') };
}
