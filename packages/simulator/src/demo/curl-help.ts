import type { Simulator } from '../device/simulator.ts';

/** The commands by which somebody at a terminal plays the operator; each can be copied as it stands. */
export function curlHelp(simulator: Simulator): string {
  const api = `http://127.0.0.1:${simulator.address.apiPort}`;
  const twin = (module: string): string => `${api}/twins/laptop/modules/${module}`;
  const patch = (module: string, desired: unknown): string =>
    `curl -X PATCH ${twin(module)} -H 'content-type: application/json' \\\n    -d '${JSON.stringify({ properties: { desired } })}'`;
  return `
Play the operator (in another terminal; Ctrl-C here ends everything):

  # What the modules report
  curl ${twin('artifacts')}
  curl ${twin('filter')}

  # RTSP output on, as the tutorial does it by hand over ssh: DeepStream restarts onto a new release
  ${patch('artifacts', { deepstream: { edits: { 'fake-sink-off': { group: 'sink0', set: { enable: 0 } }, 'rtsp-out': { group: 'sink3', set: { enable: 1, type: 4, 'rtsp-port': 8554 } } } } })}

  # And off again: null deletes
  ${patch('artifacts', { deepstream: { edits: null } })}

  # A mistake: reported by its path, the last good state is kept
  ${patch('artifacts', { artifacts: { yard: { sha256: 'wrong' } } })}

  # Slower to call a spot empty
  ${patch('filter', { defaults: { leaveAfterMs: 6000 } })}

  # Every spot and every counter, by direct method
  curl -X POST ${twin('filter')}/methods -H 'content-type: application/json' \\
    -d '{"methodName":"stats","payload":{}}'

  # What IoT Hub receives, as it comes
  curl -N ${api}/messages/events

  # The processes, and everything else there is
  curl ${api}/modules
  curl ${api}/

The device's disk is ${simulator.volume}
`;
}

/** The variables that start a module of ours by hand against this simulator, as the text of a file for `node --env-file`: it holds the module's key. */
export function handVariables(simulator: Simulator, module: string, dataFolder: string): string {
  const variables = {
    EdgeHubConnectionString: simulator.connectionString(module),
    EdgeModuleCACertificateFile: simulator.caFile,
    ARTIFACTS_ROOT: simulator.volume,
    FILTER_DATA: dataFolder,
    METRICS_PORT: '0',
  };
  const lines = Object.entries(variables).map(([name, value]) => `${name}='${value}'\n`);
  return lines.join('');
}

/** How to start a module of ours by hand with these variables, with or without a debugger. */
export function handHelp(module: string, variablesFile: string): string {
  const command = `node --env-file='${variablesFile}' --import tsx modules/${module}/src/main.ts`;
  return `\nRun ${module} by hand (add --inspect-brk after node for a debugger):\n\n  ${command}\n`;
}
