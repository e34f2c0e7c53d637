export type { CreateOptions } from './create-options/create-options.ts';
export {
  errorAt,
  placedBelow,
  type DeploymentCode,
  type DeploymentDiagnostic,
} from './diagnostic/deployment-diagnostic.ts';
export { checkTwins } from './manifest/check-twins.ts';
export { deploymentOutline, type DeploymentOutline } from './manifest/deployment-outline.ts';
export type { Deployment, ModuleSource, ModuleSpec, RestartPolicy } from './manifest/deployment.ts';
export { parseImageName } from './manifest/image-name.ts';
export { findTargetFault } from './manifest/target-condition.ts';
export {
  messageSource,
  sourceMatches,
  sourcePrefix,
  twinChangeSource,
  unknownRouteModule,
} from './routes/route-match.ts';
export { parseRouteText, type ParsedRoute, type RouteSink, type RouteSpec } from './routes/route-text.ts';
export { composeDesired, desiredMember } from './twins/desired-section.ts';
