import { posix } from 'node:path';
import { redactSecrets } from '@companion/foundation';
import type { ConfigFile } from '@companion/deepstream/config-file';
import { setSources } from '@companion/deepstream/recipes';
import type { ReadBeside } from '@companion/deepstream/recipes';
import { ArtifactError } from '../core/artifact-error.ts';

/** A file of the release that a config takes its sources from. */
export interface FileBeside {
  /** Inside the release. */
  readonly path: string;
  readonly text: string;
}

/** Where the sources of a YAML config go whose own file is none of the release's. */
const ownCsv = 'sources.csv';

/**
 * Makes URIs the sources of the app config at `path` in a release; batch sizes and display follow. A YAML config keeps
 * them in a file of its own, which is returned and always stands in the release; of the
 * table that `read` gives, by its path in the release, further columns stay. Throws `EDIT_REFUSED`, without passwords.
 */
export function placeSources(
  file: ConfigFile,
  path: string,
  { uris, read }: { readonly uris: readonly string[]; readonly read: ReadBeside },
): FileBeside | undefined {
  const folder = posix.dirname(path);
  try {
    const named = file.get('source', 'csv-file-path');
    const outside =
      named !== undefined && (posix.isAbsolute(named) || !posix.join(folder, named).startsWith('configs/'));
    // A file of DeepStream's own container is not ours to write.
    if (outside) file.set('source', 'csv-file-path', ownCsv);
    const beside = setSources(file, uris, (name) => read(posix.join(folder, name)));
    return beside && { path: posix.join(folder, beside.path), text: beside.text };
  } catch (cause) {
    const reason = redactSecrets(cause instanceof Error ? cause.message : String(cause));
    throw new ArtifactError('EDIT_REFUSED', `${path}: the sources can't be set: ${reason}`, {
      retryable: false,
      facts: { path, reason },
    });
  }
}
