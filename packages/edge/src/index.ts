export { createAzureHub, type AzureHubOptions } from './azure/azure-hub.ts';
export { EdgeError, type EdgeErrorCode } from './hub/edge-error.ts';
export { createHealth, type CheckResult, type Health, type HealthReport } from './telemetry/health.ts';
export type {
  ConnectionState,
  DesiredDocument,
  Hub,
  InputMessage,
  MethodResult,
  OutputMessage,
  Unsubscribe,
} from './hub/hub.ts';
export { latestWins, type LatestWins } from './twin/latest-wins.ts';
export { createLog, logLevels, type Log, type LogLevel } from './telemetry/log.ts';
export { createMetrics, type Metrics, type MetricsIdentity } from './telemetry/metrics.ts';
export { parseModuleEnvironment, type ModuleEnvironment } from './module/module-environment.ts';
export { runModule, type ModuleContext, type RunningModule } from './module/module-life.ts';
export { createObservabilityServer, type ObservabilityServer } from './telemetry/observability-server.ts';
export { createReporter, type Reporter } from './twin/reporter.ts';
