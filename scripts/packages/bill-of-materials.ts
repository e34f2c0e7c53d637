import { bundledPackages, type BundleContents } from './bundled-packages.ts';
import type { LockedPackage } from './lock-file.ts';

/** A program and what esbuild put into it. */
interface BillOptions {
  readonly name: string;
  readonly version: string;
  readonly contents: BundleContents;
  readonly locked: readonly LockedPackage[];
}

/**
 * The software bill of materials of one bundle, as CycloneDX 1.5: the packages of others that are in it and no other,
 * with the digests of package-lock.json. Without a time and a serial number, so that the same bundle has the same one.
 */
export function billOfMaterials({ name, version, contents, locked }: BillOptions): object {
  const byFolder = new Map(locked.map((one) => [one.folder, one]));
  const packages = bundledPackages(contents).map((folder) => {
    const one = byFolder.get(folder) ?? linkedPackage(folder, locked);
    if (one === undefined) throw new Error(`${folder} is in the bundle of ${name}, but not in package-lock.json`);
    return one;
  });
  const own = `pkg:generic/${name}@${version}`;
  const inBundle = new Set(packages);
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    version: 1,
    metadata: {
      component: { type: 'application', 'bom-ref': own, name, version, licenses: [{ license: { id: 'MIT' } }] },
    },
    components: packages.map(component),
    dependencies: [
      { ref: own, dependsOn: packages.map(purlOf) },
      ...packages.map((one) => ({
        ref: purlOf(one),
        dependsOn: one.dependencies
          .flatMap((dependency) => resolve(one.folder, dependency, byFolder) ?? [])
          .filter((found) => inBundle.has(found))
          .map(purlOf)
          .sort(),
      })),
    ],
  };
}

/** Where node_modules is a link to another checkout, esbuild names that; the longest folder that it ends with is meant. */
function linkedPackage(folder: string, locked: readonly LockedPackage[]): LockedPackage | undefined {
  const found = locked.filter((one) => folder.endsWith(`/${one.folder}`));
  return found.sort((a, b) => b.folder.length - a.folder.length)[0];
}

function component(one: LockedPackage): object {
  const { name, version, licence, integrity } = one;
  const digest = /^sha512-(.+)$/.exec(integrity ?? '')?.[1];
  return {
    type: 'library',
    'bom-ref': purlOf(one),
    name,
    version,
    purl: purlOf(one),
    ...(licence === undefined ? {} : { licenses: [licenceOf(licence)] }),
    ...(digest === undefined
      ? {}
      : { hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] }),
  };
}

/** CycloneDX keeps one licence apart from an expression of several. */
function licenceOf(licence: string): object {
  return /[\s()]/.test(licence) ? { expression: licence } : { license: { id: licence } };
}

/** https://github.com/package-url/purl-spec */
function purlOf({ name, version }: LockedPackage): string {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/** As Node looks for a package: beside, then further up. */
function resolve(
  folder: string,
  name: string,
  byFolder: ReadonlyMap<string, LockedPackage>,
): LockedPackage | undefined {
  for (let at = folder; ; at = at.slice(0, Math.max(at.lastIndexOf('/node_modules/'), 0))) {
    const found = byFolder.get(at === '' ? `node_modules/${name}` : `${at}/node_modules/${name}`);
    if (found !== undefined || at === '') return found;
  }
}
