import { isAbsolute } from 'node:path';
import { ArtifactError } from './artifact-error.ts';

/** What the environment says to this module alone. */
export interface Settings {
  /** Root of the shared volume. */
  readonly root: string;
}

/** Reads ARTIFACTS_ROOT (default `/artifacts`, where the deployment template mounts the volume). Throws `VOLUME_UNWRITABLE` for a path that is not absolute. */
export function parseSettings(variables: Readonly<Record<string, string | undefined>>): Settings {
  const root = variables['ARTIFACTS_ROOT'] ?? '/artifacts';
  if (isAbsolute(root)) return { root };
  throw new ArtifactError('VOLUME_UNWRITABLE', `ARTIFACTS_ROOT must be an absolute path, not ${JSON.stringify(root)}`, {
    retryable: false,
  });
}
