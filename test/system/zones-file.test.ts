import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '@companion/foundation';
import { demoZones } from '@companion/simulator/testing';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startRunningDemo, type RunningDemo } from './running-demo.ts';

const patience = { timeout: 40_000, interval: 100 };

describe('zones that artifacts delivers as a file of a release', { timeout: 90_000 }, () => {
  let system: RunningDemo;
  let release: string;

  beforeAll(async () => {
    system = await startRunningDemo();
    release = await system.runningRelease();
  }, 60_000);
  afterAll(() => system[Symbol.asyncDispose](), 30_000);

  /** Puts a file of this content into the next release as configs/lot/zones.json, and waits for that release. */
  async function deliver(content: string): Promise<void> {
    const file = join(system.root, 'blob-store', 'zones.json');
    await writeFile(file, content);
    const url = system.demo.urlOf({ file });
    const sha256 = createHash('sha256').update(content).digest('hex');
    system.simulator.hub.twins.patchDesired('artifacts', { artifacts: { lot: { kind: 'config', url, sha256 } } });
    release = await system.anotherRelease(release);
  }

  async function filterReports(expected: JsonObject): Promise<void> {
    await vi.waitFor(() => expect(system.reported('filter')).toMatchObject(expected), patience);
  }

  const zones = Object.entries(demoZones());
  const first = JSON.stringify({ zones: Object.fromEntries(zones.slice(0, 2)) });
  const second = JSON.stringify({ zones: Object.fromEntries(zones) });
  const missing = 'must name a file of the release, but "configs/lot/zones.json" is not there';

  test('are named as missing until they come, and then in force', async () => {
    const none = Object.fromEntries(zones.map(([name]) => [name, null]));
    system.simulator.hub.twins.patchDesired('filter', { zones: none, zonesFile: 'configs/lot/zones.json' });
    await filterReports({ zones: { ok: 0 }, errors: [{ field: 'zonesFile', problem: missing }] });
    await deliver(first);
    await filterReports({ zones: { ok: 2 }, errors: [] });
  });

  test('follow the release, and stay where the new file is broken, with line and column in the twin', async () => {
    await deliver(second);
    await filterReports({ zones: { ok: zones.length }, errors: [] });
    await deliver('{\n  "zones": {,\n');
    const problem = expect.stringContaining('configs/lot/zones.json:2:13') as unknown as string;
    await filterReports({ zones: { ok: zones.length }, errors: [{ field: 'zonesFile', problem }] });
    await deliver(first);
    await filterReports({ zones: { ok: 2 }, errors: [] });
  });
});
