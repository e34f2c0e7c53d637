import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, readlink, realpath, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sha256 as sha256Of } from '@companion/foundation/node';
import type { JsonObject } from '@companion/foundation';
import { FastClock } from '@companion/foundation/testing';
import fc from 'fast-check';
import { pino } from 'pino';
import { expect, test, vi } from 'vitest';
import { startDeepStream } from '../testing/deepstream.ts';
import { makeReconciler } from '../testing/make-reconciler.ts';
import type { Reconciler } from './reconciler.ts';
import { releasePhase } from './module-state.ts';
import { parseSettings } from '../settings.ts';
import { lockVolume, type VolumeLock } from '../volume/lock.ts';

/** What a twin asks for: two models out of three, and a config on which DeepStream may die. */
interface Wish {
  readonly first: string;
  readonly second: string;
  readonly config: string;
  /** The twin names a digest that no file has. */
  readonly wrongDigest: boolean;
}
/** How the server answers for one file; `replaced`: with other bytes under another ETag. */
type Mood = 'well' | 'busy' | 'cut' | 'gone' | 'replaced';
type Happening =
  | { readonly type: 'want'; readonly wish: Wish }
  | { readonly type: 'mood'; readonly file: string; readonly mood: Mood }
  | { readonly type: 'killed' | 'rollback' | 'wait' };

const models = ['one.bin', 'two.bin', 'three.bin'];
const configs = ['day.txt', 'night.txt'];
const bodies = new Map<string, Buffer>([
  ...models.map((name, index) => [name, Buffer.alloc(300_000 * (index + 1), `${name} `)] as const),
  ...[...configs, 'crash.txt'].map((name) => [name, Buffer.from(`# ${name}\n[tests]\nfile-loop=0\n`)] as const),
]);

const wish = fc.record({
  first: fc.constantFrom(...models),
  second: fc.constantFrom(...models),
  config: fc.constantFrom(...configs, ...configs, 'crash.txt'),
  wrongDigest: fc.constantFrom(true, false, false, false),
});
const goodWish = wish.map((one) => ({
  ...one,
  config: one.config === 'crash.txt' ? 'day.txt' : one.config,
  wrongDigest: false,
}));
const happening: fc.Arbitrary<Happening> = fc.oneof(
  { weight: 4, arbitrary: wish.map((one): Happening => ({ type: 'want', wish: one })) },
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant('mood' as const),
      file: fc.constantFrom(...bodies.keys()),
      mood: fc.constantFrom<Mood>('well', 'busy', 'cut', 'gone', 'replaced'),
    }),
  },
  { weight: 4, arbitrary: fc.constantFrom<Happening>({ type: 'killed' }, { type: 'rollback' }, { type: 'wait' }) },
);

/** A machine that is busy with other things plays fewer stories. */
const enoughMs = 10_000;

test('twins, servers that fail, kills and rollbacks in any order end where a simple model says', async () => {
  const untilMs = performance.now() + enoughMs;
  let played = 0;
  const story = async (happenings: readonly Happening[], proven: Wish, last: Wish): Promise<void> => {
    if (performance.now() > untilMs) return;
    await endsRight(happenings, proven, last);
    played += 1;
  };
  const happened = fc.array(happening, { minLength: 4, maxLength: 10 });
  await fc.assert(fc.asyncProperty(happened, goodWish, wish, story), {
    numRuns: 20,
    seed: Number(process.env['FUZZ_SEED'] ?? 20_260_102),
    endOnFailure: true,
  });
  expect(played).toBeGreaterThan(0);
}, 60_000);

async function endsRight(happenings: readonly Happening[], proven: Wish, last: Wish): Promise<void> {
  const device = await startDevice();
  try {
    for (const one of happenings) {
      if (one.type === 'want') device.want(one.wish);
      if (one.type === 'mood') device.moods.set(one.file, one.mood);
      if (one.type === 'killed') await device.kill();
      if (one.type === 'rollback') await device.module.releases.put({ type: 'rollback' });
      if (one.type === 'wait') await new Promise((resolve) => setTimeout(resolve, 15));
      await device.currentIsWhole();
    }
    // All is well from here on: whatever was before, a good twin comes to run.
    device.moods.clear();
    device.want(proven);
    await device.module.activateNow({ retry: true });
    await device.isAt('running');
    const before = await device.currentIsWhole();
    expect(before).toEqual(wishedContents(proven));

    device.want(last);
    const same = JSON.stringify(last) === JSON.stringify(proven);
    if (last.wrongDigest) {
      expect(await device.isAt('refused')).toMatchObject({ error: { code: 'DIGEST_MISMATCH' } });
      expect(await device.currentIsWhole()).toEqual(before);
    } else if (last.config === 'crash.txt') {
      await device.module.activateNow({ retry: true });
      expect(await device.isAt('rolledBack')).toMatchObject({ error: { code: 'UNHEALTHY' } });
      await device.isSteady();
      expect(await device.currentIsWhole()).toEqual(before);
    } else {
      await device.module.activateNow({ retry: true });
      await device.isAt('running');
      expect(await device.currentIsWhole()).toEqual(wishedContents(last));
      if (!same && (await device.module.releases.put({ type: 'rollback' }))) {
        await device.isAt('rolledBack');
        await device.isSteady();
        expect(await device.currentIsWhole()).toEqual(before);
      }
    }
    await device.kill();
    expect(await readdir(device.path('staging'))).toEqual([]);
    await device.currentIsWhole();
  } finally {
    await device.end();
  }
}

/** What the model says that `current` holds: contents by path. */
function wishedContents({ first, second, config }: Wish): Record<string, string> {
  return {
    [`models/first/${first}`]: digestOf(first),
    [`models/second/${second}`]: digestOf(second),
    [`configs/app/${config}`]: digestOf(config),
  };
}

function digestOf(name: string): string {
  return createHash('sha256')
    .update(bodies.get(name) ?? '')
    .digest('hex');
}

async function startDevice() {
  const root = await mkdtemp(join(tmpdir(), 'model-'));
  const settings = parseSettings({ ARTIFACTS_ROOT: root });
  const moods = new Map<string, Mood>();
  const server = createServer((request, response) => answer(request, response, moods));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const deepStream = startDeepStream({
    root,
    exitCodeOf: (id) =>
      readFileSync(join(root, 'releases', id, 'app-config'), 'utf8').includes('crash') ? 1 : undefined,
  });
  let version = 0;
  let desired: JsonObject | undefined;
  let lock: VolumeLock | undefined;
  const open = async (): Promise<Reconciler> => {
    lock = await lockVolume(root, 'a test');
    const made = await makeReconciler(root, {
      clock: new FastClock(200),
      // A busy machine takes its time, and an hour of the fast clock is 18 seconds.
      downloads: { ...settings.downloads, policy: { ...settings.downloads.policy, stallTimeoutMs: 3_600_000 } },
      log: pino({ level: 'silent' }),
      onState: () => undefined,
    });
    await made.start();
    return made;
  };
  const close = async (): Promise<void> => {
    await device.module.stop();
    await lock?.release();
  };
  const artifact = (kind: string, name: string, wrong = false): JsonObject => ({
    kind,
    url: `http://127.0.0.1:${port}/${name}`,
    sha256: wrong ? sha256Of(`not ${name}`) : digestOf(name),
  });
  const device = {
    module: await open(),
    moods,
    path: (name: string) => join(root, name),
    want({ first, second, config, wrongDigest }: Wish): void {
      desired = {
        artifacts: {
          first: artifact('model', first),
          second: artifact('model', second, wrongDigest),
          app: artifact('config', config),
        },
        deepstream: { config: `configs/app/${config}`, activate: { healthyAfterSec: 1, giveUpAfterSec: 160 } },
        policy: { freeBytesFloor: 0 },
      };
      device.module.submit({ version: ++version, properties: desired });
    },
    /** Everything under way is dropped; the hub gives the next process its twin again. */
    async kill(): Promise<void> {
      await close();
      device.module = await open();
      if (desired !== undefined) device.module.submit({ version, properties: desired });
    },
    isAt: (state: string) =>
      vi.waitFor(
        () => {
          const { module } = device;
          const phase = releasePhase(module.state);
          expect([module.state.desiredVersion, phase?.state], JSON.stringify(module.state)).toEqual([version, state]);
          return phase;
        },
        { timeout: 20_000, interval: 3 },
      ),
    isSteady: () =>
      vi.waitFor(
        () => {
          const { control, health } = device.module.releases.view;
          expect([control.activation.phase, health?.state], JSON.stringify(control)).toEqual(['steady', 'running']);
        },
        { timeout: 20_000, interval: 3 },
      ),
    /** Contents of what `current` names, by path; throws where they are not what its description says. */
    async currentIsWhole(): Promise<Record<string, string> | undefined> {
      const target = await readlink(join(root, 'current')).catch(() => undefined);
      if (target === undefined) return undefined;
      const release = await realpath(join(root, 'current'));
      const { artifacts } = JSON.parse(await readFile(join(release, 'release.json'), 'utf8')) as {
        artifacts: readonly { name: string; kind: string; sha256: string; fileName: string }[];
      };
      const contents: Record<string, string> = {};
      for (const { name, kind, sha256, fileName } of artifacts) {
        const path = `${kind}s/${name}/${fileName}`;
        contents[path] = createHash('sha256')
          .update(await readFile(join(release, path)))
          .digest('hex');
        expect(contents[path], path).toBe(sha256);
      }
      return contents;
    },
    async end(): Promise<void> {
      await close();
      await deepStream.stop();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(root, { recursive: true, force: true });
    },
  };
  return device;
}

function answer(request: IncomingMessage, response: ServerResponse, moods: ReadonlyMap<string, Mood>): void {
  const name = (request.url ?? '').slice(1);
  const mood = moods.get(name) ?? 'well';
  if (mood === 'busy') response.writeHead(503, { 'retry-after': '2' }).end();
  if (mood === 'gone') response.writeHead(404).end();
  if (mood === 'busy' || mood === 'gone') return;
  const right = bodies.get(name) ?? Buffer.alloc(0);
  const body = mood === 'replaced' ? Buffer.from(right).fill('?', right.length >> 1) : right;
  const etag = `"${sha256Of(body)}"`;
  const begin = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
  const from = request.headers['if-range'] === etag && begin < body.length ? begin : 0;
  response.writeHead(from > 0 ? 206 : 200, {
    etag,
    'content-length': body.length - from,
    ...(from > 0 && { 'content-range': `bytes ${from}-${body.length - 1}/${body.length}` }),
  });
  if (mood === 'cut') response.write(body.subarray(from, (from + body.length) >> 1), () => response.destroy());
  else response.end(body.subarray(from));
}
