import type { BuildOptions } from 'esbuild';

import { leaveOut } from './bundle-plugins.ts';

/** What makes one file of a program, for esbuild: the same for a module and for what is measured in a module's stead. */
export const bundleOptions = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  // Not an ES module: such a one looks at every export of each part of Node that it imports, which loads what nobody
  // needs. That is 10 to 15 of the 160 to 220 ms in which one of our modules starts.
  format: 'cjs',
  // Names stay: stack traces and error classes are read in logs, and variables in a debugger.
  minifyWhitespace: true,
  minifySyntax: true,
  // What Node would load of it finds its parts by a `require` that no bundler sees.
  alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
  plugins: [
    leaveOut([
      // The SDK loads it when a device uploads a blob, which a module can't: a tenth of the bundle for nothing.
      '@azure/storage-blob',
      // For Node without web streams, which is older than ours.
      'web-streams-polyfill/dist/ponyfill.es2018.js',
    ]),
  ],
} satisfies BuildOptions;
