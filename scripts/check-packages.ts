/**
 * Holds the packages that package-lock.json pins to our rules: `npm run check:packages`. A licence that is not allowed (see
 * packages/licence-rules.ts) or not stated, and an install script that nobody has looked at, is a line and exit code 1.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isAllowed, shippedLicences, toolLicences } from './packages/licence-rules.ts';
import { lockedPackages, type LockedPackage } from './packages/lock-file.ts';

const root = resolve(import.meta.dirname, '..');

/** Install scripts that we know and do without, since `.npmrc` runs none: esbuild's only saves its start a moment. */
const knownInstallScripts: ReadonlySet<string> = new Set(['esbuild']);

const packages = lockedPackages(root);
const mistakes = packages.flatMap(mistakesIn);
for (const line of mistakes) process.stderr.write(`packages: ${line}\n`);
if (mistakes.length > 0) process.exitCode = 1;

function mistakesIn(one: LockedPackage): string[] {
  const { name, version, folder, development, hasInstallScript } = one;
  const licence = one.licence ?? oldStyleLicence(folder);
  const lines: string[] = [];
  if (licence === undefined) lines.push(`${name} ${version} states no licence`);
  else if (!isAllowed(licence, development ? toolLicences : shippedLicences)) {
    lines.push(
      `${name} ${version}: the licence ${licence} is not allowed ${development ? 'for tools' : 'in what we ship'}`,
    );
  }
  if (hasInstallScript && !knownInstallScripts.has(name)) {
    lines.push(`${name} ${version} has an install script: see that it works without, then add it to the known ones`);
  }
  return lines;
}

/** Before SPDX, a package.json had `licenses: [{ type }]`, which npm does not copy. */
function oldStyleLicence(folder: string): string | undefined {
  const file = join(root, folder, 'package.json');
  if (!existsSync(file)) return undefined;
  const { licenses } = JSON.parse(readFileSync(file, 'utf8')) as { readonly licenses?: readonly { type?: string }[] };
  return licenses?.map(({ type = '' }) => type).join(' OR ');
}
