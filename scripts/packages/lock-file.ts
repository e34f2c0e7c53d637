import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A package as package-lock.json has it. */
export interface LockedPackage {
  /** `node_modules/a/node_modules/@b/c`, from the root of the repository. */
  readonly folder: string;
  readonly name: string;
  readonly version: string;
  /** An SPDX expression; undefined where the package's own file says none that npm understands. */
  readonly licence: string | undefined;
  /** In no image and no program of ours. */
  readonly development: boolean;
  readonly deprecated: string | undefined;
  readonly hasInstallScript: boolean;
  /** Subresource Integrity: `sha512-…`. */
  readonly integrity: string | undefined;
  readonly dependencies: readonly string[];
}

interface Entry {
  readonly version?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly link?: boolean;
  readonly deprecated?: string;
  readonly hasInstallScript?: boolean;
  readonly integrity?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

/** The packages of others that package-lock.json pins. */
export function lockedPackages(root: string): LockedPackage[] {
  return Object.entries(entriesOf(root))
    .filter(([folder, { link }]) => folder.includes('node_modules/') && link !== true)
    .map(([folder, entry]) => ({
      folder,
      name: folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version: entry.version ?? '',
      licence: entry.license,
      development: entry.dev === true || entry.devOptional === true,
      deprecated: entry.deprecated,
      hasInstallScript: entry.hasInstallScript === true,
      integrity: entry.integrity,
      dependencies: Object.keys({ ...entry.dependencies, ...entry.optionalDependencies, ...entry.peerDependencies }),
    }));
}

/** The names that package.json files of ours ask for. */
export function namedPackages(root: string): Set<string> {
  const own = Object.entries(entriesOf(root)).filter(([folder]) => !folder.includes('node_modules/'));
  return new Set(
    own.flatMap(([, { dependencies, devDependencies }]) => Object.keys({ ...dependencies, ...devDependencies })),
  );
}

function entriesOf(root: string): Readonly<Record<string, Entry>> {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    readonly packages: Readonly<Record<string, Entry>>;
  };
  return packages;
}
