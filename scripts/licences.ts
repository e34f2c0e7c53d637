import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageFolder } from './packages/bundled-packages.ts';

/**
 * The licences of the packages that these files belong to, as one text: name, version and licence of each, then the text
 * of its licence and notice files. Ours, which is the repository's LICENSE, comes first. `files` are relative to `root`,
 * as in esbuild's metafile. Throws where a package states no licence at all: that can't be shipped.
 */
export function licencesOf(files: readonly string[], root: string): string {
  const folders = new Set(files.map(packageFolder).filter((folder) => folder !== undefined));
  const parts = [...folders].sort().map((folder) => licenceOf(join(root, folder)));
  const own = `DeepStream Companion\n\n${readFileSync(join(root, 'LICENSE'), 'utf8').trim()}`;
  return `${[own, ...parts].join(`\n\n${'-'.repeat(80)}\n\n`)}\n`;
}

function licenceOf(folder: string): string {
  const about = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly version: string;
    readonly license?: string | { readonly type: string };
  };
  const stated = typeof about.license === 'object' ? about.license.type : about.license;
  const texts = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && /^(licen[cs]e|copying|notice)/i.test(entry.name))
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8').trim());
  if (stated === undefined && texts.length === 0) throw new Error(`${dirname(folder)}: ${about.name} has no licence`);
  return [`${about.name} ${about.version} (${stated ?? 'see below'})`, ...texts].join('\n\n');
}
