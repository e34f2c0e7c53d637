import { statSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { dockerForTests } from '@companion/simulator/testing';
import { startContainerDemo, type ContainerDemo } from './container-demo.ts';

const docker = await dockerForTests();
const deepstream = 'NVIDIADeepStreamSDK';

/** DeepStream without the supervisor: its first process is the app itself, which obeys SIGINT. */
const app = {
  createOptions: {
    StopSignal: 'SIGINT',
    Entrypoint: [
      '/bin/sh',
      '-c',
      'until [ -f /artifacts/current/app-config ]; do sleep 0.2; done; exec deepstream-test5-app -c "$(readlink -f /artifacts/current)/$(cat /artifacts/current/app-config)"',
    ],
  },
};

describe.skipIf(!docker.ok)('activation by a daemon, in containers', { timeout: 120_000 }, () => {
  let system: ContainerDemo | undefined;
  afterEach(async () => {
    await system?.[Symbol.asyncDispose]();
    system = undefined;
  }, 60_000);

  async function startWith(socket: string, group: number, target: string): Promise<ContainerDemo> {
    if (!docker.ok) throw new Error(docker.reason);
    const Binds = ['deepstream-artifacts:/artifacts', `${socket}:${target}`];
    system = await startContainerDemo({
      client: docker.client,
      change: { artifacts: { hostConfig: { Binds, GroupAdd: [String(group)] } }, [deepstream]: app },
    });
    return system;
  }

  /** Two releases; each must be what a newly started container runs. */
  async function expectRestarts(running: ContainerDemo, activate: Record<string, string>): Promise<void> {
    const { hub } = running.simulator;
    running.demo.patchTwins(running.simulator);
    hub.twins.patchDesired('artifacts', { deepstream: { activate } });
    const first = await running.runningRelease();
    const before = (await running.inspect(deepstream)).State.StartedAt;
    hub.twins.patchDesired('artifacts', { deepstream: { edits: { looped: { group: 'tests', set: { again: 1 } } } } });
    const second = await running.anotherRelease(first);
    expect((await running.inspect(deepstream)).State.StartedAt).not.toBe(before);
    await expect.poll(() => commandLine(running), { timeout: 10_000 }).toContain(`/releases/${second}/`);
    expect(running.reported('artifacts')).toMatchObject({ release: { id: second, state: 'running' } });
    await running.detectionsFlow();
  }

  async function commandLine(running: ContainerDemo): Promise<string> {
    const { Titles, Processes } = (await (docker.ok ? docker : fail()).client.call(
      'GET',
      `/containers/${running.containerName(deepstream)}/top`,
    )) as { Titles: string[]; Processes: string[][] };
    return Processes.map((columns) => columns[Titles.indexOf('CMD')]).join('\n');
  }

  test("by aziot-edged's management socket restarts DeepStream's container, by its group's right alone", async () => {
    const running = await startWith(
      '/var/run/iotedge/mgmt.sock',
      process.getgid?.() ?? 0,
      '/var/run/iotedge/mgmt.sock',
    );
    expect(await running.procStatus('artifacts', 'Uid')).toBe('1000\t1000\t1000\t1000');
    await expectRestarts(running, { by: 'edged' });
  });

  test("by Docker's socket restarts DeepStream's container, and the agent goes on with it", async () => {
    const { gid } = statSync(docker.ok ? docker.socketPath : '/');
    const running = await startWith('/var/run/docker.sock', gid, '/var/run/docker.sock');
    await expectRestarts(running, { by: 'docker', module: running.containerName(deepstream) });
    await expect.poll(() => running.simulator.agent.modules().at(-1)?.state, { timeout: 10_000 }).toBe('running');
  });
});

function fail(): never {
  throw new Error('no engine');
}

test('containers need an engine and the images', (context) => {
  if (!docker.ok) context.skip(docker.reason);
});
