import { openJournal, recall } from '@companion/filter/testing';
import { join } from 'node:path';
import { eventually } from '../eventually.ts';
import { Device } from './device.ts';
import { DownloadServer } from './download-server.ts';
import { placeholderBase, recordTree, withBase, type Fixture } from './fixture.ts';
import { artifactsTwin, filterTwin, look, makeDownloads, partBytes, type Version } from './story.ts';

/**
 * Lets the modules of an older version do what leaves traces on the disk, and returns the traces: a release that runs and
 * the one before it, a rejected one, a download that was interrupted; spots that are taken, and an event that the hub
 * does not have yet.
 */
export async function recordOldDevice(sources: string, commit: string): Promise<Fixture> {
  await using device = await Device.open();
  const downloads = await makeDownloads();
  await using server = new DownloadServer(downloads, 'stuck');
  const base = await server.open();
  await leaveReleases(device, sources, (version) => artifactsTwin(version, downloads, base));
  await leaveEvent(device, sources);
  const volume = withBase(await recordTree(device.volume), base, placeholderBase);
  return { commit, volume, data: await recordTree(device.data), sent: device.events };
}

async function leaveReleases(
  device: Device,
  sources: string,
  twin: (version: Version) => ReturnType<typeof artifactsTwin>,
): Promise<void> {
  const want = (version: Version): unknown => device.hub.twins.patchDesired('artifacts', twin(version));
  want('first');
  const module = device.startModule('artifacts', sources);
  await eventually(() =>
    recordTree(device.volume).then((nodes) => {
      if (!nodes.some(({ path }) => path === 'supervisor.sh')) throw new Error('no supervisor.sh yet');
    }),
  );
  const supervisor = device.startSupervisor();
  await device.releaseIs('first', 'running');
  want('crash');
  await device.releaseIs('crash', 'rolledBack');
  want('second');
  await device.releaseIs('second', 'running');
  want('next');
  // The part of it that came, and where it came from.
  await eventually(async () => {
    const kept = await recordTree(join(device.volume, 'partial'));
    const part = kept.find(({ path }) => path.endsWith('.part'));
    if (kept.length < 2 || part === undefined || !('text' in part) || part.text.length < partBytes)
      throw new Error('the part that came is not on the disk yet');
  });
  // In order, so that the download keeps what it has.
  await device.end(module, 'SIGTERM');
  await device.end(supervisor, 'SIGTERM');
}

async function leaveEvent(device: Device, sources: string): Promise<void> {
  device.hub.twins.patchDesired('filter', filterTwin);
  const module = device.startModule('filter', sources);
  await device.cameraIsHeard();
  await eventually(async () => {
    if (!JSON.stringify((await journalOf(device)).checkpoint ?? {}).includes('A3')) throw new Error('no zones yet');
  });
  await device.show(look(0, 10, ['A1']));
  await eventually(async () => {
    const { entries } = await journalOf(device);
    if (device.events.length < 3 || entries.length > 0) throw new Error('the hub does not have all first events yet');
  });
  await device.hub.stop();
  await device.show(look(10, 20, ['A1', 'A2']));
  await eventually(async () => {
    const { entries } = await journalOf(device);
    if (!entries.some(({ message }) => message.body.includes('parking.parked') && message.body.includes('A2')))
      throw new Error('nothing waits for the hub yet');
  });
  await device.end(module, 'SIGKILL');
}

async function journalOf(device: Device) {
  return recall((await openJournal(join(device.data, 'outbox'))).segments);
}
