export { DeploymentError, type DeploymentProblem } from './deployment-error.ts';
export type { Deployment } from './rules/index.ts';
export { loadDeployment, type DeploymentLoaderOptions } from './deployment-loader.ts';
export { createModuleImages } from './module-images.ts';
