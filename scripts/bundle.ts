/**
 * Makes one file of a program and all it imports: `node --import tsx scripts/bundle.ts [--out DIR] [NAME…]`.
 * Names are artifacts and filter (both, unless told) and stand-in, DeepStream's stand-in. Writes dist/main.cjs beside the
 * program's src (or DIR/NAME/main.cjs) with its source map, the licences of what is in it, its bill of materials
 * (sbom.cdx.json), and whatever lies beside a module's sources that is not TypeScript.
 */
import { cpSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { build } from 'esbuild';

import { bundleOptions } from './bundle-options.ts';
import { mapOwnSources } from './bundle-plugins.ts';
import { licencesOf } from './licences.ts';
import { billOfMaterials } from './packages/bill-of-materials.ts';
import { lockedPackages } from './packages/lock-file.ts';

const root = resolve(import.meta.dirname, '..');
const { values, positionals } = parseArgs({ options: { out: { type: 'string' } }, allowPositionals: true });

/** Where each program starts. */
const entries: Readonly<Record<string, string>> = {
  artifacts: 'modules/artifacts/src/main.ts',
  filter: 'modules/filter/src/main.ts',
  'stand-in': 'packages/simulator/src/deepstream/main.ts',
};

for (const name of positionals.length > 0 ? positionals : ['artifacts', 'filter']) await bundle(name);

async function bundle(name: string): Promise<void> {
  const entry = entries[name];
  if (entry === undefined) {
    process.stderr.write(`bundle: there is no ${name}, only ${Object.keys(entries).join(', ')}\n`);
    process.exit(2);
  }
  const workspace = join(root, entry.split('/', 2).join('/'));
  const target = values.out === undefined ? join(workspace, 'dist') : resolve(values.out, name);
  const file = join(target, 'main.cjs');
  rmSync(target, { recursive: true, force: true });
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: file,
    ...bundleOptions,
    sourcemap: 'linked',
    legalComments: 'linked',
    metafile: true,
    plugins: [...bundleOptions.plugins, mapOwnSources()],
    logLevel: 'warning',
  });
  writeFileSync(join(target, 'LICENSES.txt'), licencesOf(Object.keys(metafile.inputs), root));
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly version: string };
  const bill = billOfMaterials({
    name: `deepstream-companion-${name}`,
    version,
    contents: metafile,
    locked: lockedPackages(root),
  });
  writeFileSync(join(target, 'sbom.cdx.json'), `${JSON.stringify(bill, null, 2)}\n`);
  if (entry.startsWith('modules/')) copyOthers(join(workspace, 'src'), target);
  process.stdout.write(`${file}: ${Math.round(statSync(file).size / 1024)} KiB\n`);
}

function copyOthers(source: string, target: string): void {
  for (const entry of readdirSync(source, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !entry.name.endsWith('.ts')) cpSync(path, join(target, relative(source, path)));
  }
}
