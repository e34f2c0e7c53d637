import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { runCompanion } from '../companion.ts';

const bin = fileURLToPath(new URL('../../bin/companion.mjs', import.meta.url));

/** What one call of the command left behind. */
export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** stdout's bytes. */
  readonly bytes: Buffer;
}

/** A folder of its own in which the real `companion` is called, as a process; for tests. */
export interface Workbench extends AsyncDisposable {
  readonly folder: string;
  path(name: string): string;
  companion(args: readonly string[], stdin?: string | Uint8Array): Promise<Finished>;
  /** The same without a process, which is much faster. Every path has to be absolute; they are printed as of the folder. */
  run(args: readonly string[], stdin?: string | Uint8Array): Promise<Omit<Finished, 'bytes'>>;
  /** The same with the first operand taken as of the folder. */
  call(args: readonly string[], stdin?: string | Uint8Array): Promise<Omit<Finished, 'bytes'>>;
}

/** Makes the folder; disposing removes it. */
export async function createWorkbench(): Promise<Workbench> {
  const folder = await mkdtemp(join(tmpdir(), 'companion-cli-'));
  const run = async (args: readonly string[], stdin: string | Uint8Array = '') => {
    const said = { stdout: '', stderr: '' };
    const code = await runCompanion(args, {
      out: (more: string | Uint8Array) => void (said.stdout += Buffer.from(more).toString()),
      err: (more: string) => void (said.stderr += more),
      stdin: Readable.from([Buffer.from(stdin)]),
    });
    const relative = (text: string) => text.replaceAll(`${folder}/`, '');
    return { code, stdout: relative(said.stdout), stderr: relative(said.stderr) };
  };
  return {
    folder,
    path: (name) => join(folder, name),
    companion: async (args, stdin = '') => {
      const child = spawn(process.execPath, [bin, ...args], { cwd: folder, stdio: 'pipe' });
      child.stdin.on('error', () => undefined);
      child.stdin.end(stdin);
      const [bytes, stderr, [code]] = await Promise.all([
        buffer(child.stdout),
        text(child.stderr),
        once(child, 'close') as Promise<[number | null]>,
      ]);
      return { code, stdout: bytes.toString(), stderr, bytes };
    },
    run,
    call: (args, stdin) => {
      const [group, name, operand, ...rest] = args;
      const placed = operand === undefined || operand.startsWith('-') ? operand : resolve(folder, operand);
      return run(
        [group, name, placed, ...rest].filter((arg) => arg !== undefined),
        stdin,
      );
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
