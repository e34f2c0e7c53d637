/**
 * Makes one file of a module and all it imports: `node --import tsx scripts/bundle.ts [--out DIR] [MODULE…]`.
 * Writes modules/<module>/dist/main.mjs (or DIR/<module>/main.mjs) with its source map, the licences of what is in it, and
 * whatever lies beside the module's sources that is not TypeScript.
 */
import { cpSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';

import { build } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
const { values, positionals } = parseArgs({ options: { out: { type: 'string' } }, allowPositionals: true });

const commonJs = [
  "import { createRequire as createRequireOfBundle } from 'node:module';",
  "import { dirname as dirnameOfBundle } from 'node:path';",
  "import { fileURLToPath as pathOfBundle } from 'node:url';",
  'const require = createRequireOfBundle(import.meta.url);',
  'const __filename = pathOfBundle(import.meta.url);',
  'const __dirname = dirnameOfBundle(__filename);',
].join('');

for (const name of positionals.length > 0 ? positionals : ['artifacts', 'filter']) await bundle(name);

async function bundle(name: string): Promise<void> {
  const source = join(root, 'modules', name, 'src');
  const target = values.out === undefined ? join(root, 'modules', name, 'dist') : resolve(values.out, name);
  const file = join(target, 'main.mjs');
  rmSync(target, { recursive: true, force: true });
  await build({
    absWorkingDir: root,
    entryPoints: [join(source, 'main.ts')],
    outfile: file,
    bundle: true,
    platform: 'node',
    target: 'node20',
    // An ES module, since the entries await at their top level. The Azure SDK in it is CommonJS and looks for these three.
    format: 'esm',
    banner: { js: commonJs },
    // Names stay: stack traces and error classes are read in logs.
    minifyWhitespace: true,
    minifySyntax: true,
    sourcemap: 'linked',
    legalComments: 'linked',
    logLevel: 'warning',
  });
  for (const entry of readdirSync(source, { withFileTypes: true, recursive: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !entry.name.endsWith('.ts')) cpSync(path, join(target, relative(source, path)));
  }
  process.stdout.write(`${file}: ${Math.round(statSync(file).size / 1024)} KiB\n`);
}
