import type { Deployment } from '@companion/deployment';
import { loadDeployment } from '@companion/deployment/node';
import { SimulatorError } from './simulator-error.ts';

export interface DeploymentChoice {
  readonly templatePath: string;
  readonly envFile?: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Modules that are not started: somebody runs them by hand. */
  readonly without?: readonly string[];
}

/** Loads the deployment with the images of a platform. Throws a DeploymentError, or `MODULE_UNKNOWN` for a wish that names no module. */
export function loadModules(choice: DeploymentChoice, platform: string | undefined): Deployment {
  const { templatePath, envFile, environment, without = [] } = choice;
  const deployment = loadDeployment({
    templatePath,
    environment,
    ...(envFile === undefined ? {} : { envFile }),
    ...(platform === undefined ? {} : { platform }),
  });
  const { modules } = deployment;
  for (const name of without) {
    if (modules.some((module) => module.name === name)) continue;
    const known = modules.map((module) => module.name).join(', ');
    throw new SimulatorError('MODULE_UNKNOWN', `--without ${name}: the deployment's modules are ${known}`);
  }
  return {
    ...deployment,
    modules: modules.map((module) => (without.includes(module.name) ? { ...module, status: 'stopped' } : module)),
  };
}
