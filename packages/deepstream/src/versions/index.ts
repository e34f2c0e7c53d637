export type { DeepStreamVersion } from './deepstream-version.ts';
export { deepStreamVersions } from './deepstream-versions.ts';
export { compareVersions, features, hasFeature, type Feature } from './features.ts';
export { findVersions } from './find-versions.ts';
