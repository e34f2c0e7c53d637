import { mkdir, mkdtemp, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readSavedState } from '../activation/control-store.ts';
import { readCurrent } from '../release/published.ts';
import { volumeLayout } from './layout.ts';
import { openVolume } from './open-volume.ts';

describe('a name of the volume that something else has', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'misplaced-'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  test.each([
    ['state.json', 'directory', 'is a directory, where the module keeps a file'],
    ['current', 'directory', 'is a directory, where the module keeps a link'],
    ['current', 'file', 'is a file, where the module keeps a link'],
    ['supervisor.sh', 'directory', 'is a directory, where the module keeps a file'],
    ['store', 'file', 'is a file, where the module keeps a directory'],
  ])('%s as a %s is one line that says what to do, and nothing is written', async (name, kind, says) => {
    const path = join(root, name);
    await (kind === 'directory' ? mkdir(path) : writeFile(path, ''));
    await expect(openVolume(root)).rejects.toMatchObject({
      code: 'VOLUME_FAILED',
      retryable: true,
      message: expect.stringMatching(
        new RegExp(`^${path} ${says}: move it away \\(mv ${path} ${path}\\.old\\)[^\\n]*$`),
      ) as string,
    });
    await (kind === 'directory' ? rmdir(path) : unlink(path));
    await openVolume(root);
  });

  test('is named by whoever reads it later, too', async () => {
    const layout = volumeLayout(root);
    await mkdir(layout.current);
    await mkdir(layout.state);
    await expect(readCurrent(layout)).rejects.toThrow('is a directory, where the module keeps a link');
    await expect(readSavedState(layout)).rejects.toThrow('is a directory, where the module keeps a file');
  });
});
