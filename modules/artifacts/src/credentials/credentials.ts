import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hasErrno } from '@companion/foundation/node';
import { ArtifactError } from '../core/artifact-error.ts';
import { parseCredential, type Credential } from './credential.ts';

/** Credentials by the name that the twin gives them; their texts never leave the device. */
export interface Credentials {
  /** Read anew each time, so that a rotated one is taken at once. Rejects with `CREDENTIAL_MISSING` (fact `credential`). */
  read(name: string): Promise<Credential>;
}

interface CredentialsOptions {
  /** Holds a file per credential, called like it; undefined where none is mounted. */
  readonly directory: string | undefined;
  /** The module's environment: `CREDENTIAL_<NAME>`, upper case, `-` as `_`. */
  readonly variables: Readonly<Record<string, string | undefined>>;
}

/** Finds credentials in a secrets directory first, then in the environment; `parseCredential` says what they look like. */
export function createCredentials({ directory, variables }: CredentialsOptions): Credentials {
  return {
    async read(name) {
      const text = (await fromDirectory(directory, name)) ?? variables[variableOf(name)];
      if (text === undefined) {
        throw missing(name, `is neither a file in the secrets directory nor the variable ${variableOf(name)}`);
      }
      const credential = parseCredential(text);
      // The text itself is a secret, also where it is wrong.
      if (credential === undefined) throw missing(name, 'is not of the form sas, bearer, basic or header');
      return credential;
    },
  };
}

function variableOf(name: string): string {
  return `CREDENTIAL_${name.toUpperCase().replaceAll('-', '_')}`;
}

async function fromDirectory(directory: string | undefined, name: string): Promise<string | undefined> {
  // The name comes from the twin and must not lead out of the directory.
  if (directory === undefined || !/^[A-Za-z0-9][A-Za-z0-9_-]*$/.test(name)) return undefined;
  try {
    return await readFile(join(directory, name), 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw missing(name, 'can not be read', error);
  }
}

function missing(name: string, why: string, cause?: unknown): ArtifactError {
  return new ArtifactError('CREDENTIAL_MISSING', `credential ${name} ${why}`, {
    retryable: true,
    facts: { credential: name },
    cause,
  });
}
