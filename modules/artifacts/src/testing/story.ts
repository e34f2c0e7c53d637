import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readlink, realpath, rm, writeFile } from 'node:fs/promises';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 as sha256Of } from '@companion/foundation/node';
import { create } from 'tar';
import { inject } from 'vitest';
import { startDeepStream } from './deepstream.ts';

/** A twin of the story, by the version of what it asks for; DeepStream dies on `crash`, the download of `slow` does not end. */
export type Version = 'v1' | 'v2' | 'crash' | 'slow';

/** A volume, a server of artifacts and a DeepStream, for stories in which processes die. */
export interface Story extends AsyncDisposable {
  readonly root: string;
  twin(version: Version): Record<string, unknown>;
  /** Runs the module through twins in a process of its own; resolves with the signal that ended it and what it wrote. */
  run(
    versions: readonly Version[],
    failPoint?: string,
  ): Promise<{ signal: string | null; code: number | null; errors: string }>;
  /** The version that `current` holds, all its parts agreeing; undefined before the first release. Throws where it is not whole. */
  currentVersion(): Promise<Version | undefined>;
}

/** So many bytes of `slow` come at once; the module is told something else once it has some more. */
export const slowBytes = 32 * 1024 * 1024 + 65_536;

/** Makes the artifacts of three releases and serves them. */
export async function startStory(): Promise<Story> {
  const folder = await mkdtemp(join(tmpdir(), 'story-'));
  const root = join(folder, 'volume');
  await mkdir(root);
  const files = new Map<string, Buffer>();
  for (const version of ['v1', 'v2', 'crash']) {
    const model = join(folder, version);
    await mkdir(model);
    await writeFile(join(model, 'weights.bin'), `${version} `.repeat(5000));
    await writeFile(join(model, 'labels.txt'), version);
    await create({ gzip: true, cwd: model, file: `${model}.tgz` }, ['weights.bin', 'labels.txt']);
    files.set(`${version}.tgz`, await readFile(`${model}.tgz`));
    files.set(`${version}.txt`, Buffer.from(`# ${version}\n[tests]\nfile-loop=0\n`));
  }
  const server = createServer((request, response) => {
    if (request.url === '/slow') {
      trickle(response);
      return;
    }
    const body = files.get((request.url ?? '').slice(1));
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const deepStream = startDeepStream({
    root,
    exitCodeOf: (id) => {
      const config = readFileSync(join(root, 'releases', id, 'app-config'), 'utf8');
      return config.includes('crash') ? 139 : undefined;
    },
  });
  const artifact = (kind: string, name: string): Record<string, unknown> => {
    const body = files.get(name) ?? Buffer.alloc(0);
    const sha256 = sha256Of(body);
    return { kind, url: `http://127.0.0.1:${port}/${name}`, sha256, sizeBytes: body.length };
  };

  const slow = {
    kind: 'model',
    url: `http://127.0.0.1:${port}/slow`,
    sha256: sha256Of('what never comes'),
  };
  const story: Story = {
    root,
    twin: (version) => ({
      artifacts:
        version === 'slow'
          ? { slow }
          : { net: artifact('model', `${version}.tgz`), app: artifact('config', `${version}.txt`) },
      ...(version !== 'slow' && {
        deepstream: {
          config: `configs/app/${version}.txt`,
          edits: { loop: { group: 'tests', set: { 'file-loop': 1 } } },
          activate: { healthyAfterSec: 1, giveUpAfterSec: 20 },
        },
      }),
      policy: { freeBytesFloor: 0 },
    }),
    async run(versions, failPoint) {
      const twins = join(folder, 'twins.json');
      await writeFile(twins, JSON.stringify(versions.map((version) => story.twin(version))));
      const child = spawn(process.execPath, [inject('programs').storyDriver, root, twins], {
        env: { ...process.env, ...(failPoint === undefined ? {} : { FAIL_POINT: failPoint }) },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      let errors = '';
      child.stderr.on('data', (data: Buffer) => (errors += data.toString()));
      return new Promise((resolve) => child.on('close', (code, signal) => resolve({ code, signal, errors })));
    },
    async currentVersion() {
      const target = await readlink(join(root, 'current')).catch(() => undefined);
      if (target === undefined) return undefined;
      const release = await realpath(join(root, 'current'));
      const { id } = JSON.parse(await readFile(join(release, 'release.json'), 'utf8')) as { id: string };
      const version = (await readFile(join(release, 'models/net/labels.txt'), 'utf8')) as Version;
      const weights = await readFile(join(release, 'models/net/weights.bin'), 'utf8');
      const config = await readFile(join(release, `configs/app/${version}.txt`), 'utf8');
      const whole =
        target === `releases/${id}` &&
        weights === `${version} `.repeat(5000) &&
        config === `# ${version}\n[tests]\nfile-loop=1\n` &&
        (await readFile(join(release, 'app-config'), 'utf8')) === `configs/app/${version}.txt\n`;
      if (!whole) throw new Error(`current is a mixture: ${JSON.stringify({ target, id, version, config })}`);
      return version;
    },
    async [Symbol.asyncDispose]() {
      await deepStream.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
  return story;
}

/** More than is flushed at once, and then a little more for as long as anybody listens. */
function trickle(response: ServerResponse): void {
  response.writeHead(200, { etag: '"slow"' });
  response.write(Buffer.alloc(slowBytes, 'slow '));
  const more = setInterval(() => response.write('more'.repeat(2048)), 20);
  response.on('close', () => clearInterval(more));
}
