import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 as sha256Of } from '@companion/foundation/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseDesired } from '../domain/desired.ts';
import { defineRelease, type Release } from '../domain/release.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { openVolume } from '../volume/open-volume.ts';
import { publishRelease } from './publish.ts';
import { readRelease } from './read-release.ts';

const keyFile = `# by hand
[source0]
enable=1
type=3
uri=file:///opt/nvidia/a.mp4

[source1]
enable=1
type=3
uri=file:///opt/nvidia/b.mp4

[streammux]
batch-size=2

[primary-gie]
enable=0
batch-size=2
`;
const camera = 'rtsp://admin:s3cret@10.0.0.4:554/live?token=hush';

describe('sources in the twin', () => {
  let layout: VolumeLayout;
  beforeEach(async () => {
    layout = await openVolume(await mkdtemp(join(tmpdir(), 'sources-')));
  });
  afterEach(() => rm(layout.root, { recursive: true }));

  async function publish(
    file: string,
    text: string,
    deepstream: Record<string, unknown>,
    beside: Readonly<Record<string, string>> = {},
  ): Promise<Release> {
    const sha256 = sha256Of(text + JSON.stringify(beside));
    await mkdir(join(layout.store, sha256), { recursive: true });
    await writeFile(join(layout.store, sha256, file), text);
    for (const [name, content] of Object.entries(beside)) await writeFile(join(layout.store, sha256, name), content);
    const desired = parseDesired({
      artifacts: { app: { kind: 'config', url: `https://files.example/${file}`, sha256 } },
      deepstream: { config: `configs/app/${file}`, ...deepstream },
    });
    if (desired.kind !== 'managed') throw new Error(JSON.stringify(desired));
    const release = defineRelease(desired.state, (held) => sha256Of(held));
    await publishRelease(layout, release);
    return release;
  }
  const read = ({ id }: Release, path: string): Promise<string> => readFile(join(layout.releases, id, path), 'utf8');

  test('take the place of the config’s own, with what follows from them, and edits win', async () => {
    const edits = { fewer: { group: 'streammux', set: { 'batch-size': 4 } } };
    const release = await publish('app.txt', keyFile, { sources: [camera], edits });
    const text = await read(release, 'configs/app/app.txt');
    expect(text).toContain(`# by hand\n[source0]\nenable=1\ntype=4\nuri=${camera}\n`);
    expect(text).toMatch(/\[source1\]\nenable=0\n/);
    expect(text).toMatch(/\[streammux\]\nbatch-size=4\n/);
    expect(text).toMatch(/\[primary-gie\]\nenable=0\nbatch-size=1\n/);
  });

  test('stand in release.json without their passwords and queries, and are read back so', async () => {
    const release = await publish('app.txt', keyFile, { sources: [camera] });
    const text = await read(release, 'release.json');
    expect(text).not.toMatch(/s3cret|hush|admin/);
    const found = await readRelease(layout, release.id);
    expect(found?.sources).toEqual({ sha256: release.sources?.sha256, shown: ['rtsp://10.0.0.4:554/live'] });
  });

  const yaml = (csv: string): string => `source:\n  csv-file-path: ${csv}\nstreammux:\n  batch-size: 2\n`;

  test.each([
    ['sources_2.csv', 'configs/app/sources_2.csv'],
    ['../shared/two.csv', 'configs/shared/two.csv'],
    ['/opt/nvidia/sources_2.csv', 'configs/app/sources.csv'],
    ['../../../../two.csv', 'configs/app/sources.csv'],
  ])('of a YAML config that names %s go to %s, always in the release', async (named, place) => {
    const release = await publish('app.yml', yaml(named), { sources: [camera, 'file:///b.mp4'] });
    expect(await read(release, place)).toContain(`0,1,4,${camera},1,0,0\n1,1,2,file:///b.mp4,1,0,0\n`);
    const config = await read(release, 'configs/app/app.yml');
    expect(config).toContain(place.endsWith('/sources.csv') ? 'csv-file-path: sources.csv' : named);
    expect(config).toContain('batch-size: 2');
  });

  test('of a YAML config keep comments above its table and columns that the sources do not fill', async () => {
    const table = '# cameras of the gate\nenable,type,uri,latency,camera-id\n1,4,rtsp://old,250,3\n';
    const release = await publish('app.yml', yaml('t.csv'), { sources: [camera, 'rtsp://b'] }, { 't.csv': table });
    expect(await read(release, 'configs/app/t.csv')).toBe(
      `# cameras of the gate\nenable,type,uri,latency,camera-id\n1,4,${camera},250,3\n1,4,rtsp://b,250,0\n`,
    );
  });

  test('that make a config DeepStream would not take are refused before it is a release, without showing a password', async () => {
    const sources = ['file://../../streams/none/cars.mp4', camera];
    const failure: unknown = await publish('app.txt', keyFile, { sources }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID', retryable: false });
    expect(JSON.stringify([failure, (failure as Error).message])).not.toMatch(/s3cret|hush/);
    expect(await readdir(layout.releases)).toEqual([]);
  });

  test('that were left out leave every byte', async () => {
    expect(await read(await publish('app.txt', keyFile, {}), 'configs/app/app.txt')).toBe(keyFile);
  });
});
