import { parseArgs } from 'node:util';

/** How the simulator was asked to run. */
export interface CommandLine {
  readonly once: boolean;
  readonly demo: boolean;
  readonly replay: string | undefined;
  readonly template: string;
  readonly envFile: string | undefined;
  readonly root: string | undefined;
  readonly hubPort: number | undefined;
  readonly apiPort: number | undefined;
  readonly seed: number;
  readonly fps: number | undefined;
  /** How long a step of the story may take. */
  readonly patienceSec: number;
  readonly logs: boolean;
  readonly engine: 'processes' | 'docker';
  readonly containerPrefix: string | undefined;
  /** Modules that are left to be run by hand. */
  readonly without: readonly string[];
}

export const usage = `Usage: npm start -- [options]

Runs deployment.template.json on an embedded IoT Edge: no Azure, no GPU, and no containers unless you want them. Where
DeepStream would run, a stand-in replays recorded detections.

  --once              tell the whole story, print a summary, end: 0 if every promise was kept, 1 if not
  --replay FILE       let the stand-in send the messages of a JSON-lines file instead of the demo's recording
  --no-demo           start the modules and leave their twins as the template has them
  --template FILE     the deployment template (deployment.template.json)
  --variables FILE    values for its variables (.env; .env.example where there is none)
  --root DIR          the device's disk (.simulator; with --once a new temporary folder)
  --hub-port N        port of the hub's TLS head (18883; with --once any free one)
  --api-port N        port of the service API (18080; with --once any free one)
  --seed N            the demo's scene (1)
  --fps N             frames a second that the stand-in replays (as recorded: 10)
  --without MODULE    leave a module to be started by hand, under a debugger for example; may be repeated
  --patience N        seconds that a step of the story may take (60)
  --engine ENGINE     processes (default), or docker: the modules' images (npm run images) in containers of the Docker
                      engine of this machine (DOCKER_HOST, or /var/run/docker.sock)
  --container-prefix P  before the modules' names in the containers' (none, as on a device; with --once one of its own)
  --logs              show the modules' own logs too
  --help              this text
`;

/** Reads the arguments. Throws a UsageError with one line. */
export function parseCommandLine(args: readonly string[]): CommandLine | 'help' {
  const { values } = parsed(args);
  if (values.help) return 'help';
  return {
    once: values.once,
    demo: !values['no-demo'],
    replay: values.replay,
    template: values.template,
    envFile: values.variables,
    root: values.root,
    hubPort: integer('--hub-port', values['hub-port'], 65_535),
    apiPort: integer('--api-port', values['api-port'], 65_535),
    seed: integer('--seed', values.seed, 2 ** 32 - 1) ?? 1,
    fps: integer('--fps', values.fps, 240),
    patienceSec: integer('--patience', values.patience, 3600) ?? 60,
    logs: values.logs,
    engine: engine(values.engine),
    containerPrefix: values['container-prefix'],
    without: values.without,
  };
}

/** A command line that can't be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  readonly code = 'USAGE';
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        once: { type: 'boolean', default: false },
        'no-demo': { type: 'boolean', default: false },
        replay: { type: 'string' },
        template: { type: 'string', default: 'deployment.template.json' },
        // Not --env-file: Node takes that for itself, wherever it stands.
        variables: { type: 'string' },
        root: { type: 'string' },
        'hub-port': { type: 'string' },
        'api-port': { type: 'string' },
        seed: { type: 'string' },
        patience: { type: 'string' },
        fps: { type: 'string' },
        logs: { type: 'boolean', default: false },
        engine: { type: 'string', default: 'processes' },
        'container-prefix': { type: 'string' },
        without: { type: 'string', multiple: true, default: [] },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
  } catch (cause) {
    throw new UsageError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function engine(text: string): CommandLine['engine'] {
  if (text === 'processes' || text === 'docker') return text;
  throw new UsageError(`--engine wants processes or docker, not ${JSON.stringify(text)}`);
}

function integer(option: string, text: string | undefined, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value > max)
    throw new UsageError(`${option} wants a whole number from 0 to ${max}, not ${JSON.stringify(text)}`);
  return value;
}
