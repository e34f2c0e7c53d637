export { MAX_CREATE_OPTIONS_LENGTH } from './create-options.ts';
export { readDeploymentDocument } from './deployment-document.ts';
export type {
  CreateOptions,
  Deployment,
  DeploymentProblemCode,
  ModuleSource,
  ModuleSpec,
  RestartPolicy,
} from './deployment.ts';
export { formatJsonPath, type JsonPath } from './json-path.ts';
export { parseJsonText } from './json-text.ts';
export type { JsonObject, JsonValue } from './json.ts';
export { messageSource, sourceMatches, sourceModule, sourcePrefix, twinChangeSource } from './route-match.ts';
export { parseRouteText, type ParsedRoute, type RouteSink, type RouteSpec } from './route-text.ts';
export { eachString, expandTemplate, imagePlaceholders, isJsonObject, platformKey } from './template.ts';
export { findTwinFault, twinLimits, twinSizeBytes, type TwinSection } from './twin-limits.ts';
