import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { buffer, text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { inject } from 'vitest';
import type { ExitCode } from '../command/command.ts';
import { runCompanion } from '../companion.ts';

/** The program as npm installs it. */
export const companionBin = fileURLToPath(new URL('../../bin/companion.mjs', import.meta.url));

/** What one call left behind. */
export interface Finished {
  readonly code: ExitCode;
  readonly stdout: string;
  readonly stderr: string;
}

/** What one call as a process left behind. */
export interface FinishedProcess extends Omit<Finished, 'code'> {
  readonly code: number | null;
  /** stdout's bytes. */
  readonly bytes: Buffer;
}

/** A folder of its own in which `companion` is called; disposing removes it. */
export class Workbench implements AsyncDisposable {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  /** Calls `companion` as a process, in the folder. */
  async companion(args: readonly string[], stdin: string | Uint8Array = ''): Promise<FinishedProcess> {
    const child = spawn(process.execPath, [inject('programs').companion, ...args], { cwd: this.folder, stdio: 'pipe' });
    child.stdin.on('error', () => undefined);
    child.stdin.end(stdin);
    const [bytes, stderr, [code]] = await Promise.all([
      buffer(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    return { code, stdout: bytes.toString(), stderr, bytes };
  }

  /** Calls it without a process, which is much faster. Every path has to be absolute; they are printed as of the folder. */
  async run(args: readonly string[], stdin: string | Uint8Array = ''): Promise<Finished> {
    const said = { stdout: '', stderr: '' };
    const code = await runCompanion(args, {
      out: (more) => void (said.stdout += Buffer.from(more).toString()),
      err: (more) => void (said.stderr += more),
      stdin: Readable.from([Buffer.from(stdin)]),
    });
    return { code, stdout: this.#relative(said.stdout), stderr: this.#relative(said.stderr) };
  }

  /** The same with the first operand of `companion GROUP NAME` taken as of the folder. */
  call(args: readonly string[], stdin?: string | Uint8Array): Promise<Finished> {
    const placed = args.map((arg, index) => (index === 2 && !arg.startsWith('-') ? resolve(this.folder, arg) : arg));
    return this.run(placed, stdin);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  #relative(said: string): string {
    return said.replaceAll(`${this.folder}/`, '');
  }
}

/** Makes the folder. */
export async function createWorkbench(): Promise<Workbench> {
  return new Workbench(await mkdtemp(join(tmpdir(), 'companion-cli-')));
}
