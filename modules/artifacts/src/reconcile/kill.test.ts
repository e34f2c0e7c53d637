import { readdir, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startStory, type Story, type Version } from '../testing/story.ts';

/** A first release, another one, and a bad one with its way back. */
const twins: readonly Version[] = ['v1', 'v2', 'crash'];
/** A first release, and a long download that another release overtakes. */
const overtaken: readonly Version[] = ['v1', 'slow', 'v2'];
/** What only a long download passes, and one that nobody wants any more. */
const overtakenMoments = ['part-flushed-midway#1', 'garbage-origin-deleted#1', 'garbage-part-deleted#1'];
/** What only the mending of a damaged release passes. */
const mendMoments = [
  'entry-checked#1',
  'manifest-written#1',
  'content-placed#1',
  'release-described#1',
  'release-mended#1',
  'release-file-mended#2',
];
/** All moments take minutes: `KILL_SUITE=all npx vitest run modules/artifacts/src/reconcile/kill`. */
const all = process.env['KILL_SUITE'] === 'all';
/** Dies in these always: at a download's end, at publishing, around the switch, on the way back. */
const sample = [
  'digest-verified#2',
  'content-placed#1',
  'current-switched-trying#2',
  'state-saved-returning#1',
  'current-switched-returning#1',
];

let story: Story;
beforeEach(async () => {
  story = await startStory();
});
afterEach(() => story[Symbol.asyncDispose]());

async function diesAndConverges(moment: string, versions = twins): Promise<void> {
  const { signal } = await story.run(versions, moment);
  expect(signal, moment).toBe('SIGKILL');
  const cut = await story.currentVersion();
  const again = await story.run(versions.slice(cut === 'v2' || cut === 'crash' ? versions.indexOf('v2') : 0));
  expect(again, moment).toMatchObject({ code: 0, errors: '' });
  expect(await story.currentVersion(), moment).toBe('v2');
  expect(await readdir(join(story.root, 'staging')), moment).toEqual([]);
  expect(await readdir(join(story.root, 'partial')), moment).toEqual([]);
  expect((await readdir(join(story.root, 'releases'))).length, moment).toBeLessThanOrEqual(2);
}

describe('a process that is killed', { timeout: 1_800_000 }, () => {
  test.skipIf(all)('at a sample of moments leaves one whole release, and the next one converges', async () => {
    for (const moment of sample) {
      await diesAndConverges(moment);
      await story[Symbol.asyncDispose]();
      story = await startStory();
    }
  });

  test('while damage is mended leaves a release that runs, and the next one mends the rest', async () => {
    for (const moment of all ? mendMoments : mendMoments.slice(-2)) {
      await story[Symbol.asyncDispose]();
      story = await startStory();
      expect(await story.run(['v1'])).toMatchObject({ code: 0, errors: '' });
      await truncate(join(story.root, 'current/models/net/weights.bin'), 7);
      expect((await story.run(['v1'], moment)).signal, moment).toBe('SIGKILL');
      expect(await readdir(join(story.root, 'current/models/net')), moment).toContain('weights.bin');
      expect(await story.run(['v1']), moment).toMatchObject({ code: 0, errors: '' });
      expect(await story.currentVersion(), moment).toBe('v1');
      expect(await readdir(join(story.root, 'staging')), moment).toEqual([]);
    }
  });

  test.runIf(all)('in the midst of a long download, or as its remains are removed, leaves nothing of it', async () => {
    for (const moment of overtakenMoments) {
      await diesAndConverges(moment, overtaken);
      await story[Symbol.asyncDispose]();
      story = await startStory();
    }
  });

  test.runIf(all)('at any moment leaves one whole release, and the next one converges', async () => {
    const { errors, code } = await story.run(twins, 'trace');
    expect(code).toBe(0);
    const moments = [...errors.matchAll(/^fail-point (\S+)$/gm)].map(([, moment = '']) => moment);
    expect(moments.length).toBeGreaterThanOrEqual(40);
    for (const moment of moments) {
      await story[Symbol.asyncDispose]();
      story = await startStory();
      await diesAndConverges(moment);
    }
    process.stdout.write(`killed at ${moments.length} moments: ${moments.join(' ')}\n`);
  });
});
