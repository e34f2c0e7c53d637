import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, readdir, symlink } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { workspaceFolder } from './launch-file.ts';

/** What a module's debug image holds of ours, as plain folders, and how it starts. */
export interface ImageTree {
  /** In the place of the image's /app. */
  readonly app: string;
  /** The image's CMD: `node` and its arguments, relative to `app`. */
  readonly command: readonly string[];
}

const run = promisify(execFile);

/** Follows a module's Dockerfile.amd64.debug: bundles a copy of the repository by the same command, and copies the same folders to /app, which is a new folder beside the copy. */
export async function buildImageTree(module: string, repository: string): Promise<ImageTree> {
  const dockerfile = await readFile(join(workspaceFolder, 'modules', module, 'Dockerfile.amd64.debug'), 'utf8');
  const [, bundle = ''] = /node (--import tsx scripts\/bundle\.ts[^&\n]*)/.exec(dockerfile) ?? [];
  const [, dist = ''] = /^COPY --from=build \/repo\/(\S+\/dist) \1$/m.exec(dockerfile) ?? [];
  const [, command = '[]'] = /^CMD (\[.*\])$/m.exec(dockerfile) ?? [];
  await run(process.execPath, bundle.trim().split(/\s+/), { cwd: repository });
  const app = join(repository, `../${module}/app`);
  await cp(join(repository, dist), join(app, dist), { recursive: true });
  return { app, command: JSON.parse(command) as string[] };
}

/** Copies the repository, the sources as they are and the installed packages by links: what is built there leaves no trace here. */
export async function copyRepository(target: string): Promise<void> {
  const left = new Set(['node_modules', 'dist', '.env']);
  const entries = await readdir(workspaceFolder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  for (const name of ['modules', 'packages', 'scripts', ...files]) {
    const filter = (path: string): boolean => !left.has(basename(path));
    await cp(join(workspaceFolder, name), join(target, name), { recursive: true, filter });
  }
  const installed = join(workspaceFolder, 'node_modules');
  const scope = '@companion';
  await mkdir(join(target, 'node_modules', scope), { recursive: true });
  for (const name of await readdir(installed)) {
    if (name !== scope) await symlink(join(installed, name), join(target, 'node_modules', name));
  }
  for (const folder of ['packages', 'modules']) {
    for (const name of await readdir(join(target, folder))) {
      await symlink(join(target, folder, name), join(target, 'node_modules', scope, name));
      const own = join(workspaceFolder, folder, name, 'node_modules');
      // A link without a target is no harm.
      await symlink(own, join(target, folder, name, 'node_modules'));
    }
  }
}
