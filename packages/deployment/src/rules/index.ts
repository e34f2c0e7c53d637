export { checkModules, checkPieces } from './check-modules.ts';
export { checkRoutes, unknownRouteModule } from './check-routes.ts';
export { checkTwins } from './check-twins.ts';
export { MAX_CREATE_OPTIONS_LENGTH, parseCreateOptions } from './create-options.ts';
export { readDeploymentDocument } from './deployment-document.ts';
export { deploymentOutline, type DeploymentOutline } from './deployment-outline.ts';
export type {
  CreateOptions,
  Deployment,
  DeploymentProblemCode,
  ModuleSource,
  ModuleSpec,
  RestartPolicy,
} from './deployment.ts';
export { composeDesired, DESIRED } from './desired-section.ts';
export type { DeploymentFinding } from './finding.ts';
export { parseImageName } from './image-name.ts';
export { formatJsonPath, type JsonPath } from './json-path.ts';
export { parseJsonText } from './json-text.ts';
export type { JsonObject, JsonValue } from './json.ts';
export { manifestPath, toManifest } from './manifest.ts';
export { messageSource, sourceMatches, sourceModule, sourcePrefix, twinChangeSource } from './route-match.ts';
export { parseRouteText, type ParsedRoute, type RouteSink, type RouteSpec } from './route-text.ts';
export { findTargetFault } from './target-condition.ts';
export { eachString, expandTemplate, imagePlaceholders, isJsonObject, platformKey } from './template.ts';
export {
  findTwinFault,
  twinFaults,
  twinLimits,
  twinSizeBytes,
  type TwinFault,
  type TwinSection,
} from './twin-limits.ts';
