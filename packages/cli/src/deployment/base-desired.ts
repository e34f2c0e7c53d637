import process from 'node:process';
import { DeploymentError, expandDeployment } from '@companion/deployment/node';
import { deploymentOutline } from '@companion/deployment';
import type { JsonObject } from '@companion/foundation';
import { CliError } from '../command/cli-error.ts';

/** The modules of the deployment that a layer is put on, with their desired properties. Throws a `CliError` where the file can't be read. */
export function readBaseDesired(file: string): ReadonlyMap<string, JsonObject> {
  try {
    const { document } = expandDeployment({ templatePath: file, environment: process.env });
    const { modules, sections } = deploymentOutline(document);
    return new Map(
      modules.map(({ name }) => [name, sections.find((section) => section.name === name)?.value ?? {}] as const),
    );
  } catch (error) {
    if (!(error instanceof DeploymentError)) throw error;
    throw new CliError('not-readable', `companion layer: ${error.message}`, { cause: error });
  }
}
