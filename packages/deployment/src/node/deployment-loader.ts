import { placedBelow } from '../diagnostic/deployment-diagnostic.ts';
import { readDeploymentDocument } from '../manifest/deployment-document.ts';
import type { Deployment } from '../manifest/deployment.ts';
import { DeploymentError } from './deployment-error.ts';
import { expandDeployment, type DeploymentLoaderOptions } from './expand-deployment.ts';

/**
 * Reads a deployment template, or a finished deployment.json, itself: fills in placeholders from the module.json files,
 * then variables, and checks everything. Throws a `DeploymentError` with every mistake found.
 */
export function loadDeployment(options: DeploymentLoaderOptions): Deployment {
  const { document, sources, problems } = expandDeployment(options);
  const read = readDeploymentDocument(document, sources);
  const all = [...problems, ...(read.ok ? [] : placedBelow({ file: options.templatePath }, read.problems))];
  if (all.length > 0 || !read.ok) throw new DeploymentError(all);
  return read.deployment;
}
