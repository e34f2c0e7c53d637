import { isAbsolute } from 'node:path';
import { ArtifactError } from './core/artifact-error.ts';
import { createCredentials } from './credentials/credentials.ts';
import { defaultFetchPolicy } from './download/transfer/fetch-policy.ts';
import { proxySettings } from './download/fetchers/http/proxy.ts';
import type { Downloads } from './reconcile/release-preparer.ts';

/** What the environment says to this module alone. */
export interface Settings {
  /** Root of the shared volume. */
  readonly root: string;
  readonly downloads: Downloads;
}

/**
 * Reads ARTIFACTS_ROOT (default `/artifacts`, where the deployment template mounts the volume), ARTIFACTS_SECRETS (a
 * directory with a file per credential), ARTIFACTS_IMPORT (the only directory that `file:` URLs may name),
 * ARTIFACTS_CA_FILES (PEM files, separated by `:`), CREDENTIAL_<NAME>, HTTP_PROXY, HTTPS_PROXY and NO_PROXY. Throws
 * `VOLUME_UNWRITABLE` for a root that is not absolute.
 */
export function parseSettings(variables: Readonly<Record<string, string | undefined>>): Settings {
  const root = variables['ARTIFACTS_ROOT'] ?? '/artifacts';
  if (!isAbsolute(root)) {
    const message = `ARTIFACTS_ROOT must be an absolute path, not ${JSON.stringify(root)}`;
    throw new ArtifactError('VOLUME_UNWRITABLE', message, { retryable: false });
  }
  return {
    root,
    downloads: {
      policy: {
        ...defaultFetchPolicy,
        importDirectory: variables['ARTIFACTS_IMPORT'],
        proxy: proxySettings(variables),
        extraCaFiles: (variables['ARTIFACTS_CA_FILES'] ?? '').split(':').filter((file) => file !== ''),
      },
      credentials: createCredentials({ directory: variables['ARTIFACTS_SECRETS'], variables }),
    },
  };
}
