import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A name for the agent's root that can stand unquoted in a shell string. */
export interface ShellSafeRoot {
  readonly path: string;
  /** Takes the other name away again, where one was needed; the root stays. */
  remove(): void;
}

/**
 * Makes the root and gives a name for it without blanks or quotes. Host paths replace container paths inside shell strings
 * of the deployment, where `/artifacts` needs no quotes but `/Users/Jo Doe/artifacts` would; so such a root gets a
 * symbolic link in the folder for temporary files.
 */
export function openShellSafeRoot(root: string): ShellSafeRoot {
  mkdirSync(root, { recursive: true });
  const real = realpathSync(root);
  if (/^[A-Za-z0-9/_.+@%-]+$/.test(real)) return { path: real, remove: () => undefined };
  const dir = mkdtempSync(join(realpathSync(tmpdir()), 'companion-'));
  const path = join(dir, 'root');
  symlinkSync(real, path, 'dir');
  return { path, remove: () => rmSync(dir, { recursive: true, force: true }) };
}
