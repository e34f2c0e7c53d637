import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

import type { Plugin } from 'esbuild';

/** An empty module in the place of each of these packages: for what is loaded only on paths that we never take. */
export function leaveOut(packages: readonly string[]): Plugin {
  return {
    name: 'leave-out',
    setup(build) {
      build.onResolve({ filter: /^[^.]/ }, ({ path }) =>
        packages.includes(path) ? { path, namespace: 'left-out' } : undefined,
      );
      build.onLoad({ filter: /./, namespace: 'left-out' }, () => ({ contents: 'module.exports = {};', loader: 'js' }));
    },
  };
}

/**
 * Keeps the source map small: of a dependency it tells the file, not the line. It is for breakpoints in our sources and
 * for stack traces through them, and four fifths of it would be other people's.
 */
export function mapOwnSources(): Plugin {
  return {
    name: 'map-own-sources',
    setup(build) {
      build.onLoad({ filter: /[\\/]node_modules[\\/].+\.(js|cjs|mjs)$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        // One mapping for the whole file. A map without any is not taken by esbuild.
        const map = { version: 3, sources: [basename(path)], sourcesContent: [''], mappings: 'AAAA' };
        const encoded = Buffer.from(JSON.stringify(map)).toString('base64');
        return { contents: `${text}\n//# sourceMappingURL=data:application/json;base64,${encoded}`, loader: 'js' };
      });
    },
  };
}
