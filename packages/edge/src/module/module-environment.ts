import { EdgeError } from '../hub/edge-error.ts';
import { logLevels, type LogLevel } from '../telemetry/log.ts';

/** What the environment says that every module needs. */
export interface ModuleEnvironment {
  readonly logLevel: LogLevel;
  readonly metricsPort: number;
  readonly metricsHost: string;
  readonly iothub: string;
  readonly device: string;
  readonly module: string;
  /** `workload`: started by edgeAgent; `connection-string`: EdgeHubConnectionString, for debugging. */
  readonly identity: 'workload' | 'connection-string';
}

type Variables = Readonly<Record<string, string | undefined>>;

const workloadVariables = [
  'IOTEDGE_WORKLOADURI',
  'IOTEDGE_DEVICEID',
  'IOTEDGE_MODULEID',
  'IOTEDGE_IOTHUBHOSTNAME',
  'IOTEDGE_AUTHSCHEME',
  'IOTEDGE_MODULEGENERATIONID',
] as const;

/**
 * Reads LOG_LEVEL (info), METRICS_PORT (9600; 0 any), METRICS_HOST (0.0.0.0) and the module's identity, which the SDK
 * reads by itself: a bad connection string would there be thrown in a callback, where nobody can catch it.
 * Throws ENVIRONMENT_INVALID with all problems in one line; no value of a secret is in it.
 */
export function parseModuleEnvironment(variables: Variables): ModuleEnvironment {
  const problems: string[] = [];
  const common = {
    logLevel: parseLevel(variables['LOG_LEVEL'], problems),
    metricsPort: parsePort(variables['METRICS_PORT'], problems),
    metricsHost: set(variables['METRICS_HOST']) ?? '0.0.0.0',
  };
  // The same order as ModuleClient.fromEnvironment.
  const text = set(variables['EdgeHubConnectionString']) ?? set(variables['IotHubConnectionString']);
  const identity = text === undefined ? parseWorkload(variables, problems) : parseConnectionString(text, problems);
  if (problems.length > 0) {
    throw new EdgeError('ENVIRONMENT_INVALID', `environment: ${problems.join('; ')}`, { facts: { problems } });
  }
  return { ...common, ...identity };
}

function set(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}

function parseLevel(value: string | undefined, problems: string[]): LogLevel {
  const level = set(value) ?? 'info';
  const known = logLevels.find((name) => name === level);
  if (known === undefined) problems.push(`LOG_LEVEL is "${level}", expected one of ${logLevels.join(', ')}`);
  return known ?? 'info';
}

function parsePort(value: string | undefined, problems: string[]): number {
  const text = set(value) ?? '9600';
  const port = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (port <= 65_535) return port;
  problems.push(`METRICS_PORT is "${text}", expected 0 to 65535`);
  return 0;
}

type Identity = Pick<ModuleEnvironment, 'iothub' | 'device' | 'module' | 'identity'>;

function parseWorkload(variables: Variables, problems: string[]): Identity {
  const missing = workloadVariables.filter((name) => set(variables[name]) === undefined);
  if (missing.length > 0) {
    problems.push(
      `not started by IoT Edge: ${missing.join(', ')} missing (or set EdgeHubConnectionString to run outside it)`,
    );
  }
  const scheme = set(variables['IOTEDGE_AUTHSCHEME']);
  if (scheme !== undefined && scheme.toLowerCase() !== 'sastoken') {
    problems.push(`IOTEDGE_AUTHSCHEME is "${scheme}", expected sasToken`);
  }
  const uri = set(variables['IOTEDGE_WORKLOADURI']);
  if (uri !== undefined && !URL.canParse(uri)) problems.push(`IOTEDGE_WORKLOADURI is "${uri}", expected a URL`);
  return {
    iothub: variables['IOTEDGE_IOTHUBHOSTNAME'] ?? '',
    device: variables['IOTEDGE_DEVICEID'] ?? '',
    module: variables['IOTEDGE_MODULEID'] ?? '',
    identity: 'workload',
  };
}

function parseConnectionString(text: string, problems: string[]): Identity {
  const fields = new Map(
    text.split(';').map((field) => {
      const equals = field.indexOf('=');
      return [field.slice(0, Math.max(equals, 0)), field.slice(equals + 1)] as const;
    }),
  );
  const missing = ['HostName', 'DeviceId', 'ModuleId', 'SharedAccessKey'].filter((name) => !set(fields.get(name)));
  if (missing.length > 0) problems.push(`EdgeHubConnectionString has no ${missing.join(', ')}`);
  return {
    iothub: fields.get('HostName') ?? '',
    device: fields.get('DeviceId') ?? '',
    module: fields.get('ModuleId') ?? '',
    identity: 'connection-string',
  };
}
