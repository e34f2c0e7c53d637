import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { isJsonObject, type JsonObject } from '@companion/foundation';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { eventually } from '../eventually.ts';
import { Device } from './device.ts';
import { DownloadServer } from './download-server.ts';
import { placeholderBase, readFixtures, restoreTree, withBase, type Fixture } from './fixture.ts';
import { artifactsTwin, filterTwin, look, makeDownloads, partBytes, type Version } from './story.ts';

/** Of this version. */
const sources = resolve(import.meta.dirname, '../..');
const fixtures = await readFixtures();

describe.each(fixtures)('the disks of version $commit', { timeout: 120_000 }, (fixture) => {
  let device: Device;
  beforeEach(async () => {
    device = await Device.open();
  });
  afterEach(() => device[Symbol.asyncDispose](), 30_000);

  describe('under artifacts of this version, with the supervisor of then', () => {
    let server: DownloadServer;
    let want: (version: Version) => void;
    beforeEach(async () => {
      const downloads = await makeDownloads();
      server = new DownloadServer(downloads, 'whole');
      const base = await server.open();
      await restoreTree(device.volume, withBase(fixture.volume, placeholderBase, base));
      want = (version) => void device.hub.twins.patchDesired('artifacts', artifactsTwin(version, downloads, base));
      device.startSupervisor();
      await eventually(async () => expect(await device.starts()).toHaveLength(1));
    });
    afterEach(() => server[Symbol.asyncDispose]());

    test('run on: nothing is downloaded again, DeepStream is not restarted, no state is lost', async () => {
      const [running] = await device.starts();
      want('second');
      device.startModule('artifacts', sources);
      await device.releaseIs('second', 'running');
      const reported = await eventually(() => {
        const now = device.reported('artifacts');
        expect(now['artifacts']).toMatchObject({ net: { state: 'ready' }, app: { state: 'ready' } });
        return now;
      });
      expect(running).toContain(`/${text(reported, 'current')}/configs/app/second.txt`);
      expect(reported).toMatchObject({
        activation: { state: 'steady', health: 'running', previous: text(oldControl(fixture), 'previous') },
        findings: [],
      });
      // A supervisor without a heartbeat counts as alive, and is reported.
      const older: unknown = expect.stringContaining('older supervisor.sh');
      if (hasHeartbeat(fixture)) expect(reported['hint']).not.toEqual(older);
      else expect(reported['hint']).toEqual(older);
      expect(await device.starts()).toEqual([running]);
      expect(server.asked).toEqual([]);
      // The script in the volume is this version's, for the next start of the container.
      const ours = await readFile(join(sources, 'modules/artifacts/src/supervisor.sh'), 'utf8');
      expect(await readFile(join(device.volume, 'supervisor.sh'), 'utf8')).toBe(ours);
    });

    test('keep what was rejected rejected: it is neither downloaded nor tried again', async () => {
      want('crash');
      device.startModule('artifacts', sources);
      await device.releaseIs('crash', 'rolledBack');
      expect(await device.starts()).toHaveLength(1);
      expect(server.asked).toEqual([]);
    });

    test('keep the part of a download that had come, and the supervisor of then takes the release it was for', async () => {
      want('next');
      device.startModule('artifacts', sources);
      const reported = await device.releaseIs('next', 'running');
      expect(server.asked).toContainEqual({ path: '/next.bin', from: partBytes });
      expect(server.asked.filter(({ path, from }) => path === '/next.bin' && from === 0)).toEqual([]);
      const starts = await eventually(async () => {
        const now = await device.starts();
        expect(now.length).toBeGreaterThan(1);
        return now;
      });
      expect(starts).toHaveLength(2);
      expect(starts[1]).toContain(`/${text(reported, 'current')}/configs/app/next.txt`);
    });
  });

  test('under filter of this version give the event that waited, and states that go on from there', async () => {
    await restoreTree(device.data, fixture.data);
    device.hub.twins.patchDesired('filter', filterTwin);
    device.startModule('filter', sources);
    await device.cameraIsHeard();
    // What the hub has already may come again with the same id.
    const known = new Set(fixture.sent.map(({ id }) => id));
    const news = () =>
      new Map(
        device.events
          .filter(({ id, type }) => type.startsWith('parking.') && !known.has(id))
          .map((event) => [event.id, event]),
      );
    const changes = () => [...news().values()].map(({ type, zone }) => ({ type, zone }));
    await eventually(() => expect(changes()).toEqual([waiting]));
    // A1's car leaves, A2's stays.
    await device.show(look(20, 40, ['A2']));
    await eventually(() => expect(changes()).toHaveLength(2));
    expect(changes()).toEqual([waiting, { type: 'parking.empty', zone: 'A1' }]);
  });
});

const waiting = { type: 'parking.parked', zone: 'A2' };

test('fixtures are there for a version without a heartbeat and for one with it', () => {
  expect(fixtures.map(hasHeartbeat)).toEqual(expect.arrayContaining([true, false]));
});

function textOf({ volume }: Fixture, name: string): string {
  const node = volume.find(({ path }) => path === name);
  return node !== undefined && 'text' in node ? node.text : '';
}

function hasHeartbeat(fixture: Fixture): boolean {
  return textOf(fixture, 'supervisor.sh').includes('heartbeat');
}

/** What the older version kept of releases. */
function oldControl(fixture: Fixture): JsonObject {
  const { control } = JSON.parse(textOf(fixture, 'state.json')) as JsonObject;
  return isJsonObject(control) ? control : {};
}

function text(object: JsonObject, key: string): string {
  const value = object[key];
  return typeof value === 'string' ? value : '';
}
