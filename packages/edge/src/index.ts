export { AzureHub } from './azure/azure-hub.ts';
export type { AzureHubOptions } from './azure/hub-options.ts';
export { EdgeError, type EdgeErrorCode } from './hub/edge-error.ts';
export { Health, type CheckResult, type HealthReport } from './telemetry/health.ts';
export type {
  ConnectionState,
  DesiredDocument,
  Hub,
  InputMessage,
  MethodResult,
  OutputMessage,
  Unsubscribe,
} from './hub/hub.ts';
export { LatestWins } from './twin/latest-wins.ts';
export { createLog, logLevels, type Log, type LogLevel } from './telemetry/log.ts';
export { Metrics, type MetricsIdentity } from './telemetry/metrics.ts';
export { parseModuleEnvironment, type ModuleEnvironment } from './module/module-environment.ts';
export { runModule, type ModuleContext, type ModuleDefinition, type RunningModule } from './module/module-life.ts';
export { ObservabilityServer } from './telemetry/observability-server.ts';
export { Reporter, type ReporterOptions } from './twin/reporter.ts';
export { versionWentBack } from './twin/version-went-back.ts';
