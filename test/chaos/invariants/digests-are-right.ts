import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execFileSync } from 'node:child_process';
import { sha256 } from '@companion/foundation/node';
import type { Invariant } from '../invariant.ts';

/** The files that DeepStream has are those of the downloads, byte for byte. */
export const digestsAreRight: Invariant = {
  name: 'the digests of the newest release are right',
  when: 'running',
  async violations({ world, scene }) {
    const current = join(world.diskOf('artifacts'), 'current');
    const problems: string[] = [];
    const compare = async (path: string, wanted: Buffer | string): Promise<void> => {
      const found = await readFile(join(current, path)).catch(() => undefined);
      if (found === undefined) problems.push(`${path} is missing`);
      else if (sha256(found) !== sha256(wanted)) problems.push(`${path} has other bytes`);
    };
    await compare('streams/yard/yard.detections.jsonl', world.releases.recordingOf(scene));
    const model = join(world.root, 'blob-store', 'resnet10.tar.gz');
    for (const name of ['resnet10.caffemodel', 'labels.txt', 'config_infer_primary.txt']) {
      const wanted = execFileSync('tar', ['-xzOf', model, name], { maxBuffer: 64 * 1024 * 1024 });
      await compare(`models/resnet10/${name}`, wanted);
    }
    return problems;
  },
};
