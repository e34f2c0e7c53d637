import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { commands } from './commands/registry.ts';
import { runCompanion } from './run.ts';

const BIN = fileURLToPath(new URL('../bin/companion.mjs', import.meta.url));

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
  /** The same without a process, which is much faster: the first operand is taken as of the folder, and printed so. */
  call(args: readonly string[], stdin?: string | Uint8Array): Promise<Omit<Finished, 'bytes'>>;
}

/** Makes the folder; disposing removes it. */
export async function createWorkbench(): Promise<Workbench> {
  const folder = await mkdtemp(join(tmpdir(), 'companion-cli-'));
  return {
    folder,
    path: (name) => join(folder, name),
    companion: async (args, stdin = '') => {
      const child = spawn(process.execPath, [BIN, ...args], { cwd: folder, stdio: 'pipe' });
      child.stdin.on('error', () => undefined);
      child.stdin.end(stdin);
      const [bytes, stderr, [code]] = await Promise.all([
        buffer(child.stdout),
        text(child.stderr),
        once(child, 'close') as Promise<[number | null]>,
      ]);
      return { code, stdout: bytes.toString(), stderr, bytes };
    },
    call: async (args, stdin = '') => {
      const said = { stdout: '', stderr: '' };
      const [group, name, operand, ...rest] = args;
      const placed = operand === undefined || operand.startsWith('-') ? operand : resolve(folder, operand);
      const terminal = {
        out: (more: string | Uint8Array) => void (said.stdout += Buffer.from(more).toString()),
        err: (more: string) => void (said.stderr += more),
        stdin: Readable.from([Buffer.from(stdin)]),
      };
      const all = [group, name, placed, ...rest].filter((arg) => arg !== undefined);
      const code = await runCompanion(commands, all, terminal);
      const relative = (text: string) => text.replaceAll(`${folder}/`, '');
      return { code, stdout: relative(said.stdout), stderr: relative(said.stderr) };
    },
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}
