import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { commands } from '../../packages/cli/src/commands/registry.ts';
import { runCompanion } from '../../packages/cli/src/run.ts';

/** A folder of its own, and `companion` called without a process, which is many times faster: every path has to be absolute. */
export async function createBench() {
  const folder = await mkdtemp(join(tmpdir(), 'manifest-'));
  return {
    folder,
    path: (name: string) => join(folder, name),
    /** What it printed comes without the folder's name. */
    companion: async (args: readonly string[]) => {
      const said = { stdout: '', stderr: '' };
      const code = await runCompanion(commands, args, {
        out: (more) => void (said.stdout += Buffer.from(more).toString()),
        err: (more) => void (said.stderr += more),
        stdin: Readable.from([]),
      });
      const relative = (text: string) => text.replaceAll(`${folder}/`, '');
      return { code, stdout: relative(said.stdout), stderr: relative(said.stderr) };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
