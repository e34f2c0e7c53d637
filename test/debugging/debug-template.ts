import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { workspaceFolder } from './launch-file.ts';

/** The template whose modules listen for a debugger, by its name in the repository. */
export const debugTemplate = 'deployment.debug.template.json';

/** Writes the debug template into a folder, with any free ports for its inspectors, so that two of these can run at the same time; gives its path. */
export function copyWithFreePorts(folder: string): string {
  const template = readFileSync(join(workspaceFolder, debugTemplate), 'utf8');
  const path = join(folder, debugTemplate);
  writeFileSync(path, template.replace(/"HostPort": "92\d\d"/g, '"HostPort": "0"'));
  return path;
}
