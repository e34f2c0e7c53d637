import { parseConfig, type ConfigFile } from '@companion/deepstream/config-file';
import { ArtifactError } from '../core/artifact-error.ts';
import type { EditSpec } from '../domain/desired.ts';
import { placeSources, type FileBeside } from './sources.ts';

/** What is to become of one config file of a release; sources go first, so that edits win. */
export interface ConfigChange {
  /** URIs that become its sources; undefined leaves them. */
  readonly sources: readonly string[] | undefined;
  readonly edits: readonly EditSpec[];
  /** The text of a file of the release, by its path in it; undefined where there is none. */
  readonly read: (path: string) => string | undefined;
}

/** A changed config, and the file that its sources went to where they don't stand in the config itself. */
export interface ChangedConfig {
  readonly text: string;
  readonly beside: FileBeside | undefined;
}

/** Changes a config file's text; every line that no change names stays as it is. `path` is inside the release. Throws `CONFIG_INVALID` or `EDIT_REFUSED`. */
export function changeConfig(text: string, path: string, change: ConfigChange): ChangedConfig {
  const { sources, edits, read } = change;
  const parsed = parseConfig(text, path);
  if (!parsed.ok) {
    const {
      at: { line },
      message: reason,
    } = parsed.error;
    throw new ArtifactError('CONFIG_INVALID', `${path}:${line}: ${reason}`, {
      retryable: false,
      facts: { path, line, reason },
    });
  }
  const beside = sources === undefined ? undefined : placeSources(parsed.file, path, { uris: sources, read });
  for (const edit of edits) applyEdit(parsed.file, edit);
  return { text: parsed.file.toString(), beside };
}

function applyEdit(file: ConfigFile, edit: EditSpec): void {
  for (const [key, value] of Object.entries(edit.set)) {
    try {
      file.set(edit.group, key, value);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new ArtifactError('EDIT_REFUSED', `edit ${edit.name}: [${edit.group}] ${key}: ${reason}`, {
        retryable: false,
        facts: { edit: edit.name, group: edit.group, key, reason },
        cause,
      });
    }
  }
}
