import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { rtspPatch, startDemo } from '@companion/simulator';
import { dockerForTests } from '@companion/simulator/testing';
import { startContainerDemo, type ContainerDemo } from './container-demo.ts';

const docker = await dockerForTests();
const patience = { timeout: 30_000, interval: 50 };

describe.skipIf(!docker.ok)('the template as it is, in containers', { timeout: 120_000 }, () => {
  let system: ContainerDemo;
  let release: string;

  beforeAll(async () => {
    if (!docker.ok) return;
    system = await startContainerDemo({ client: docker.client });
    system.demo.patchTwins(system.simulator);
    release = await system.runningRelease();
  }, 120_000);
  afterAll(() => (docker.ok ? system[Symbol.asyncDispose]() : undefined), 60_000);

  test.each(['artifacts', 'filter'])(
    '%s has no root, no capability, no writable system and no socket but its own',
    async (module) => {
      const { Config, HostConfig, Mounts } = await system.inspect(module);
      expect(Config.User).toMatch(/^(?:node|1000)/);
      expect(await system.procStatus(module, 'Uid')).toBe('1000\t1000\t1000\t1000');
      expect(await system.procStatus(module, 'Groups')).not.toMatch(/\b0\b/);
      for (const set of ['CapEff', 'CapPrm', 'CapInh', 'CapBnd', 'CapAmb'])
        expect(await system.procStatus(module, set), set).toBe('0000000000000000');
      expect(await system.procStatus(module, 'NoNewPrivs')).toBe('1');
      expect(HostConfig).toMatchObject({ ReadonlyRootfs: true });
      expect(Mounts.map(({ Type, Destination }) => `${Type} ${Destination}`).sort()).toEqual(
        [
          'bind /var/run/iotedge/workload.sock',
          'volume /artifacts',
          ...(module === 'filter' ? ['volume /data'] : []),
        ].sort(),
      );
    },
  );

  test('containers carry the label by which edgeAgent knows its own', async () => {
    const { Config } = await system.inspect('artifacts');
    expect(Config.Labels['net.azure-devices.edge.owner']).toBe('Microsoft.Azure.Devices.Edge.Agent');
  });

  test('a twin change makes DeepStream take a new release, and its container goes on', async () => {
    const before = (await system.inspect('NVIDIADeepStreamSDK')).State.StartedAt;
    system.simulator.hub.twins.patchDesired('artifacts', rtspPatch);
    release = await system.anotherRelease(release);
    expect(String(await system.simulator.readVolume('supervisor.status'))).toContain(
      `state=running\nrelease=${release}\n`,
    );
    expect((await system.inspect('NVIDIADeepStreamSDK')).State.StartedAt).toBe(before);
    await system.detectionsFlow();
  });

  test('modules have a peak of memory under the demo’s load that is told', async () => {
    for (const module of ['artifacts', 'filter']) {
      const peakKb = Number.parseInt(await system.procStatus(module, 'VmHWM'), 10);
      process.stdout.write(`${module}: peak RSS ${((peakKb * 1024) / 1e6).toFixed(0)} MB\n`);
      expect(peakKb * 1024).toBeGreaterThan(0);
      expect(peakKb * 1024).toBeLessThan(110_000_000);
    }
  });

  test('modules end within 2 s of SIGTERM and connect within 3 s of their start', async () => {
    for (const module of ['artifacts', 'filter']) {
      const began = Date.now();
      await system.act(module, 'stop?t=10');
      const { FinishedAt, ExitCode } = (await system.inspect(module)).State;
      const stopMs = Date.parse(FinishedAt) - began;
      const connected = await connects(system, module);
      const startMs = connected - Date.parse((await system.inspect(module)).State.StartedAt);
      process.stdout.write(`${module}: SIGTERM to exit ${stopMs} ms, start to connected ${startMs} ms\n`);
      expect(ExitCode).toBe(0);
      expect(stopMs).toBeLessThan(2_000);
      expect(startMs).toBeLessThan(3_000);
    }
  });

  test('a paused filter holds its messages at the hub, and catches up when it goes on', async () => {
    const depth = () => system.simulator.hub.stats().modules['filter']?.queueDepth ?? 0;
    await system.act('filter', 'pause');
    try {
      await vi.waitFor(() => expect(depth()).toBeGreaterThan(20), patience);
    } finally {
      await system.act('filter', 'unpause');
    }
    await vi.waitFor(() => expect(depth()).toBeLessThan(5), patience);
    await system.detectionsFlow();
  });

  test('a killed artifacts module is started again and goes on without a download', async () => {
    // Without its server a download would fail, and be reported.
    await system.demo[Symbol.asyncDispose]();
    const { Pid } = (await system.inspect('artifacts')).State;
    await system.act('artifacts', 'kill');
    await vi.waitFor(
      async () => expect([0, Pid]).not.toContain((await system.inspect('artifacts')).State.Pid),
      patience,
    );
    expect(await system.runningRelease()).toBe(release);
    const edits = { looped: { group: 'tests', set: { 'after-kill': 1 } } };
    system.simulator.hub.twins.patchDesired('artifacts', { deepstream: { edits } });
    release = await system.anotherRelease(release);
  });

  test('a killed DeepStream container is started again, on the release that it ran', async () => {
    await system.act('NVIDIADeepStreamSDK', 'kill');
    await vi.waitFor(
      async () =>
        expect(String(await system.simulator.readVolume('supervisor.status'))).toMatch(
          new RegExp(`^state=running\nrelease=${release}\npid=\\d+\nstarts=1\n`),
        ),
      patience,
    );
    await system.detectionsFlow();
    expect(await system.runningRelease()).toBe(release);
  });

  test('with an emptied volume everything is delivered again', async () => {
    const { agent, hub } = system.simulator;
    // The containers' volumes go with them.
    await agent.stop();
    await expect(system.simulator.readVolume('current/release.json')).rejects.toThrow();
    await using demo = await startDemo({ root: system.root, seed: 1, bytesPerSec: 0, reach: system.simulator.reach });
    await agent.start();
    // As an operator does whose server has moved: the same digests, another address.
    demo.patchTwins(system.simulator);
    await vi.waitFor(
      async () => expect(String(await system.simulator.readVolume('current/release.json'))).toContain(release),
      {
        ...patience,
        timeout: 60_000,
      },
    );
    expect(await system.runningRelease()).toBe(release);
    expect(hub.twins.get('artifacts').connectionState).toBe('Connected');
  });
});

/** When the module next connects, milliseconds since 1970. */
async function connects(system: ContainerDemo, module: string): Promise<number> {
  const events = new EventTarget();
  const end = system.simulator.hub.events.subscribe((event) => {
    if (event.type === 'module-connected' && event.module === module) events.dispatchEvent(new Event('connected'));
  });
  try {
    await once(events, 'connected', { signal: AbortSignal.timeout(20_000) });
    return Date.now();
  } finally {
    end();
  }
}

test('containers need an engine and the images', (context) => {
  if (!docker.ok) context.skip(docker.reason);
});
