import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { rtspPatch } from '@companion/simulator';
import { startRunningDemo, type RunningDemo } from './running-demo.ts';

/** What can be killed, and how to find its process. */
const victims: readonly (readonly [string, (system: RunningDemo) => Promise<number>])[] = [
  ['the artifacts module', (system) => processOf(system, 'artifacts')],
  ['the filter module', (system) => processOf(system, 'filter')],
  ["the supervisor, DeepStream's first process", (system) => processOf(system, 'NVIDIADeepStreamSDK')],
  ['DeepStream itself', async (system) => Number((await system.supervisorStatus())['pid'])],
];

describe('the running system', { timeout: 90_000 }, () => {
  let system: RunningDemo;
  let release: string;

  beforeAll(async () => {
    system = await startRunningDemo();
    release = await system.runningRelease();
  }, 60_000);
  afterAll(() => system[Symbol.asyncDispose](), 30_000);

  test.each(victims)('converges again when %s is killed', async (_, findPid) => {
    const pid = await findPid(system);
    process.kill(pid, 'SIGKILL');
    await vi.waitFor(async () => expect(await findPid(system)).not.toBe(pid), { timeout: 30_000, interval: 50 });
    expect(await system.runningRelease()).toBe(release);
    await system.detectionsFlow();

    // What a module had reported before is no proof that it works now: a new twin change is.
    const edits = { looped: { group: 'tests', set: { 'after-kill-of': pid } } };
    system.simulator.hub.twins.patchDesired('artifacts', { deepstream: { edits } });
    release = await system.anotherRelease(release);
  });

  test('still takes a new release afterwards', async () => {
    system.simulator.hub.twins.patchDesired('artifacts', rtspPatch);
    await system.anotherRelease(release);
    await system.detectionsFlow();
  });
});

async function processOf(system: RunningDemo, module: string): Promise<number> {
  return vi.waitFor(
    () => {
      const pid = system.simulator.agent.modules().find(({ name }) => name === module)?.pid;
      if (pid === undefined) throw new Error(`${module} has no process`);
      return pid;
    },
    { timeout: 30_000 },
  );
}
