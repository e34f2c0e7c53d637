import { parseKeyFile } from '@companion/deepstream/keyfile';
import { ArtifactError } from '../artifact-error.ts';
import type { EditSpec } from '../plan/desired.ts';

/** Applies edits to a config file's text; every byte that no edit names stays as it is. Throws `CONFIG_INVALID` or `EDIT_REFUSED`. */
export function editConfig(text: string, path: string, edits: readonly EditSpec[]): string {
  const parsed = parseKeyFile(text);
  if (!parsed.ok) {
    const { line, reason } = parsed.error;
    throw new ArtifactError('CONFIG_INVALID', `${path}:${line}: ${reason}`, {
      retryable: false,
      facts: { path, line, reason },
    });
  }
  for (const edit of edits) {
    for (const [key, value] of Object.entries(edit.set)) {
      try {
        parsed.file.set(edit.group, key, value);
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
  return parsed.file.toString();
}
