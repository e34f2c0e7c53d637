import type { BuildOptions } from 'esbuild';

import { leaveOut } from './bundle-plugins.ts';

const commonJs = [
  "import { createRequire as createRequireOfBundle } from 'node:module';",
  "import { dirname as dirnameOfBundle } from 'node:path';",
  "import { fileURLToPath as pathOfBundle } from 'node:url';",
  'const require = createRequireOfBundle(import.meta.url);',
  'const __filename = pathOfBundle(import.meta.url);',
  'const __dirname = dirnameOfBundle(__filename);',
].join('');

/** What makes one file of a program, for esbuild: the same for a module and for what is measured in a module's stead. */
export const bundleOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  // An ES module, since the entries await at their top level. The Azure SDK in it is CommonJS and looks for these three.
  format: 'esm',
  banner: { js: commonJs },
  // Names stay: stack traces and error classes are read in logs, and variables in a debugger.
  minifyWhitespace: true,
  minifySyntax: true,
  plugins: [
    leaveOut([
      // The SDK loads it when a device uploads a blob, which a module can't: a tenth of the bundle for nothing.
      '@azure/storage-blob',
      // For Node without web streams, which is older than ours.
      'web-streams-polyfill/dist/ponyfill.es2018.js',
    ]),
  ],
} satisfies BuildOptions;
