export { DeploymentError, type DeploymentProblem } from './deployment-error.ts';
export { loadDeployment } from './deployment-loader.ts';
export { expandDeployment, type DeploymentLoaderOptions, type ExpandedDeployment } from './expand-deployment.ts';
export { makeManifest, type Manifest, type ManifestOptions } from './make-manifest.ts';
export { createModuleImages } from './module-images.ts';
