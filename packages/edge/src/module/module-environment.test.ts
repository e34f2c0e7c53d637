import { describe, expect, test } from 'vitest';
import { parseModuleEnvironment } from './module-environment.ts';

const workload = {
  IOTEDGE_WORKLOADURI: 'unix:///var/run/iotedge/workload.sock',
  IOTEDGE_DEVICEID: 'jetson',
  IOTEDGE_MODULEID: 'filter',
  IOTEDGE_IOTHUBHOSTNAME: 'hub.azure-devices.net',
  IOTEDGE_AUTHSCHEME: 'sasToken',
  IOTEDGE_MODULEGENERATIONID: '1',
};

function problemsOf(variables: Record<string, string>): string {
  try {
    parseModuleEnvironment(variables);
  } catch (error) {
    return (error as Error).message;
  }
  return '';
}

describe('the environment of a module', () => {
  test('is what edgeAgent injects, with defaults for the rest', () => {
    expect(parseModuleEnvironment(workload)).toEqual({
      logLevel: 'info',
      metricsPort: 9600,
      metricsHost: '0.0.0.0',
      iothub: 'hub.azure-devices.net',
      device: 'jetson',
      module: 'filter',
      identity: 'workload',
    });
  });

  test('may be a connection string instead', () => {
    const text = 'HostName=h;DeviceId=d;ModuleId=m;SharedAccessKey=a+/b==;GatewayHostName=localhost:1';
    expect(parseModuleEnvironment({ EdgeHubConnectionString: text, METRICS_PORT: '0' })).toMatchObject({
      iothub: 'h',
      device: 'd',
      module: 'm',
      metricsPort: 0,
      identity: 'connection-string',
    });
  });

  test('is refused with all problems in one line', () => {
    const problems = problemsOf({ LOG_LEVEL: 'loud', METRICS_PORT: '99999', IOTEDGE_DEVICEID: 'd' });
    expect(problems).toContain('LOG_LEVEL is "loud"');
    expect(problems).toContain('METRICS_PORT is "99999"');
    expect(problems).toContain('IOTEDGE_MODULEID');
    expect(problems).not.toContain('\n');
  });

  test('is refused for a connection string without a key, and the line tells no secret', () => {
    const problems = problemsOf({ EdgeHubConnectionString: 'HostName=h;DeviceId=d;ModuleId=m;Key=s3cret' });
    expect(problems).toContain('SharedAccessKey');
    expect(problems).not.toContain('s3cret');
  });

  test('is refused for certificates, which the SDK can not use here', () => {
    expect(problemsOf({ ...workload, IOTEDGE_AUTHSCHEME: 'x509' })).toContain('expected sasToken');
  });
});
