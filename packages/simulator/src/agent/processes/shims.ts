import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '@companion/foundation/node';

/**
 * Writes an executable `sh` script for each stand-in into `dir`, so that a shell or a supervisor finds it in PATH by the
 * name of the program it stands for. Each is replaced as a whole: one that is being read stays what it was.
 */
export async function writeShims(dir: string, standIns: Readonly<Record<string, readonly string[]>>): Promise<void> {
  await mkdir(dir, { recursive: true });
  for (const [name, argv] of Object.entries(standIns)) {
    const comment = `# Stands in for ${name}; written at every start of the simulator.`;
    const script = `#!/bin/sh\n${comment}\nexec ${argv.map(quote).join(' ')} "$@"\n`;
    await replaceFile(join(dir, name), script, { mode: 0o755 });
  }
}

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
