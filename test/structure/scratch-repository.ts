import { execFile } from 'node:child_process';
import { appendFile, cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { packages } from '../../scripts/structure/floors.ts';

const root = join(import.meta.dirname, '../..');
const sources = ['packages', 'modules', 'test', 'scripts'];

/** A copy of the repository's sources in which tests may add forbidden imports. */
export class ScratchRepository {
  /** The root of the copy. */
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Copies the sources; the packages from npm are empty ones of the same names. */
  static async create(): Promise<ScratchRepository> {
    const folder = await mkdtemp(join(tmpdir(), 'scratch-repository-'));
    const filter = (path: string): boolean => !/\/(node_modules|dist)$/.test(path);
    for (const name of [...sources, 'docs', 'package.json', 'tsconfig.base.json', 'tsconfig.json', '.prettierrc.json'])
      await cp(join(root, name), join(folder, name), { recursive: true, filter });
    await mkdir(join(folder, 'node_modules/@companion'), { recursive: true });
    for (const one of packages)
      await symlink(join(folder, one.folder), join(folder, 'node_modules/@companion', one.name));
    for (const name of await npmPackages()) {
      await mkdir(join(folder, 'node_modules', name), { recursive: true });
      await writeFile(join(folder, 'node_modules', name, 'package.json'), JSON.stringify({ name, version: '1.0.0' }));
      await writeFile(join(folder, 'node_modules', name, 'index.js'), '');
    }
    return new ScratchRepository(folder);
  }

  /** Adds lines to a file, which is created where there is none. */
  async append(file: string, lines: string): Promise<void> {
    await mkdir(dirname(join(this.#folder, file)), { recursive: true });
    await appendFile(join(this.#folder, file), `\n${lines}\n`);
  }

  /** The files of ours below a folder, from the root of the copy; not those for tests. */
  async files(folder: string): Promise<string[]> {
    const names = await readdir(join(this.#folder, folder), { recursive: true });
    return names.filter((name) => name.endsWith('.ts')).map((name) => `${folder}/${name}`);
  }

  /** Runs `npm run check:arrows`; resolves to its exit code and what it wrote to stderr. */
  check(): Promise<{ readonly exitCode: number; readonly text: string }> {
    const args = ['--import', import.meta.resolve('tsx'), join(root, 'scripts/structure.ts'), '--check'];
    return new Promise((resolve) => {
      const child = execFile(process.execPath, args, { cwd: this.#folder }, (_error, _stdout, text) => {
        resolve({ exitCode: child.exitCode ?? -1, text });
      });
    });
  }

  /** Removes the copy. */
  async remove(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }
}

async function npmPackages(): Promise<ReadonlySet<string>> {
  const manifests = ['package.json', ...packages.map(({ folder }) => `${folder}/package.json`)];
  const names = new Set<string>();
  for (const manifest of manifests) {
    const { dependencies, devDependencies } = JSON.parse(await readFile(join(root, manifest), 'utf8')) as Readonly<
      Record<string, Readonly<Record<string, string>>>
    >;
    for (const name of Object.keys({ ...dependencies, ...devDependencies }))
      if (!name.startsWith('@companion/')) names.add(name);
  }
  return names;
}
