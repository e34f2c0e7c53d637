export { DeploymentError } from './deployment-error.ts';
export { loadDeployment } from './deployment-loader.ts';
export { expandDeployment, type DeploymentLoaderOptions, type ExpandedDeployment } from './expand-deployment.ts';
export { makeManifest, type Manifest, type ManifestOptions } from './make-manifest.ts';
