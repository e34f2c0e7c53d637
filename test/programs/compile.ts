/*
 * Programs that tests start again and again, each made one file of JavaScript once a run: loading them from their
 * TypeScript takes a second of processor time at every start. `import.meta` stays that of the source, so a program finds
 * what lies beside it.
 */
import { chmod, copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build as bundle, type Plugin } from 'esbuild';
import type { TestProject } from 'vitest/node';
import { bundleOptions } from '../../scripts/bundle-options.ts';

const root = resolve(import.meta.dirname, '../..');

/** Where each program starts; `edge` is a library, for programs that a test writes itself. */
const entries = {
  artifacts: 'modules/artifacts/src/main.ts',
  companion: 'packages/cli/src/main.ts',
  edge: 'packages/edge/src/index.ts',
  lockDriver: 'modules/artifacts/src/testing/lock-driver.ts',
  simulator: 'packages/simulator/src/main.ts',
  standIn: 'packages/simulator/src/deepstream/main.ts',
  storyDriver: 'modules/artifacts/src/testing/story-driver.ts',
} as const;

declare module 'vitest' {
  export interface ProvidedContext {
    /** The file of each compiled program, to be started with `node FILE`. */
    programs: Readonly<Record<keyof typeof entries, string>>;
  }
}

/** Compiles them before the first test; the files are gone after the last. */
export default async function compilePrograms(project: TestProject): Promise<() => Promise<void>> {
  const cache = join(root, 'node_modules/.cache');
  await mkdir(cache, { recursive: true });
  const folder = await mkdtemp(join(cache, 'programs-'));
  await chmod(folder, 0o755);
  const fileOf = (name: string): string => join(folder, name, 'main.mjs');
  await bundle({
    ...bundleOptions,
    absWorkingDir: root,
    entryPoints: Object.fromEntries(Object.entries(entries).map(([name, entry]) => [`${name}/main`, entry])),
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    sourcemap: 'inline',
    plugins: [...bundleOptions.plugins, keepImportMeta()],
    logLevel: 'warning',
  });
  // The module takes it from beside its program.
  await copyFile(join(root, 'modules/artifacts/src/supervisor.sh'), join(folder, 'artifacts/supervisor.sh'));
  const names = Object.keys(entries) as (keyof typeof entries)[];
  project.provide(
    'programs',
    Object.fromEntries(names.map((name) => [name, fileOf(name)])) as Record<keyof typeof entries, string>,
  );
  return () => rm(folder, { recursive: true, force: true });
}

/** Gives each of our sources the `import.meta` that it would have by itself. */
function keepImportMeta(): Plugin {
  return {
    name: 'keep-import-meta',
    setup(build) {
      build.onLoad({ filter: /\/(packages|modules)\/.*\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8');
        if (!text.includes('import.meta.')) return undefined;
        const contents = text
          .replaceAll(/import\.meta\.dirname\b/g, JSON.stringify(dirname(path)))
          .replaceAll(/import\.meta\.url\b/g, JSON.stringify(pathToFileURL(path).href));
        return { contents, loader: 'ts' };
      });
    },
  };
}
