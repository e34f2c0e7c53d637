export { checkModules, checkPieces } from './manifest/check-modules.ts';
export { checkRoutes, unknownRouteModule } from './manifest/check-routes.ts';
export { checkTwins } from './manifest/check-twins.ts';
export { maxCreateOptionsLength, parseCreateOptions } from './create-options/create-options.ts';
export { readDeploymentDocument } from './manifest/deployment-document.ts';
export { deploymentOutline, type DeploymentOutline } from './manifest/deployment-outline.ts';
export type {
  CreateOptions,
  Deployment,
  DeploymentProblemCode,
  ModuleSource,
  ModuleSpec,
  RestartPolicy,
} from './manifest/deployment.ts';
export { composeDesired, desiredMember } from './twins/desired-section.ts';
export type { DeploymentFinding } from './manifest/finding.ts';
export { parseImageName } from './manifest/image-name.ts';
export { formatJsonPath, type JsonPath } from './json/json-path.ts';
export { parseJsonText } from './json/json-text.ts';
export type { JsonObject, JsonValue } from './json/json.ts';
export { manifestPath, toManifest } from './manifest/manifest.ts';
export { messageSource, sourceMatches, sourceModule, sourcePrefix, twinChangeSource } from './routes/route-match.ts';
export { parseRouteText, type ParsedRoute, type RouteSink, type RouteSpec } from './routes/route-text.ts';
export { findTargetFault } from './manifest/target-condition.ts';
export { eachString, expandTemplate, imagePlaceholders, isJsonObject, platformKey } from './template/template.ts';
export {
  findTwinFault,
  twinFaults,
  twinLimits,
  twinSizeBytes,
  type TwinFault,
  type TwinSection,
} from './twins/twin-limits.ts';
