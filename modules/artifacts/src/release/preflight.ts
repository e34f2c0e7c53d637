import { existsSync, readFileSync, realpathSync, statSync, type Stats } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { checkAppConfig, type ConfigDiagnostic, type ConfigSource } from '@companion/deepstream/app-config';
import { redactUrlsIn } from '@companion/foundation';
import { ArtifactError } from '../core/artifact-error.ts';

/** So many findings go into the error; whoever mends the first few sees the others next. */
const maxNamed = 5;

/**
 * Checks the app config of a release, with all that it leads to, before anything that runs is touched. `directory` is
 * where the release is built, `volume` the root of the volume: what lies outside is the business of DeepStream's own
 * container. Rejects with `CONFIG_INVALID`; the fact `findings` has `file:line: message` lines.
 */
export function checkRelease(directory: string, config: string, volume: string): void {
  const report = checkAppConfig({ path: join(directory, config), files: filesOf(directory, volume), asApp: true });
  const errors = report.diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const lines = errors.slice(0, maxNamed).map((finding) => lineOf(finding, directory));
  const more = errors.length > maxNamed ? ` (and ${errors.length - maxNamed} more)` : '';
  throw new ArtifactError('CONFIG_INVALID', `${lines[0] ?? config}${more}`, {
    retryable: false,
    facts: { findings: lines, errors: errors.length },
  });
}

function lineOf({ at: { file, line }, message }: ConfigDiagnostic, directory: string): string {
  const within = file.startsWith(`${directory}${sep}`) ? relative(directory, file) : file;
  // A finding may quote a source, whose URI may hold a password or a token.
  return `${within}:${line}: ${redactUrlsIn(message.replaceAll(`${directory}${sep}`, ''))}`;
}

/** What of a volume the configs of a release may name; what lies outside is not known. */
export function filesOf(directory: string, volume: string): ConfigSource {
  const known = (path: string): boolean => path.startsWith(`${volume}${sep}`);
  const statsOf = (path: string): Stats | undefined =>
    existsSync(path) ? statSync(path, { throwIfNoEntry: false }) : undefined;
  return {
    read: (path) => (known(path) && statsOf(path)?.isFile() === true ? readFileSync(path) : undefined),
    sizeBytes: (path) => (known(path) ? statsOf(path)?.size : undefined),
    exists: (path) => (known(path) ? existsSync(path) : undefined),
    isDirectory: (path) => known(path) && statsOf(path)?.isDirectory() === true,
    // Its own user is another than DeepStream's: that the directory is there is what can be known.
    writable: (path) => {
      const place = resolve(directory, path);
      return known(place) ? statsOf(place)?.isDirectory() === true : undefined;
    },
    real: (path) => (existsSync(path) ? realpathSync(path) : path),
  };
}
