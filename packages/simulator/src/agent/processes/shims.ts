import { chmodSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Writes an executable `sh` script for each stand-in into `dir`, so that a shell or a supervisor finds it in PATH by the
 * name of the program it stands for. Each is replaced as a whole: one that is being read stays what it was.
 */
export function writeShims(dir: string, standIns: Readonly<Record<string, readonly string[]>>): void {
  mkdirSync(dir, { recursive: true });
  for (const [name, argv] of Object.entries(standIns)) {
    const path = join(dir, name);
    const temporary = `${path}.${process.pid}.tmp`;
    writeFileSync(
      temporary,
      `#!/bin/sh\n# Stands in for ${name}; written at every start of the simulator.\nexec ${argv.map(quote).join(' ')} "$@"\n`,
    );
    chmodSync(temporary, 0o755);
    renameSync(temporary, path);
  }
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
