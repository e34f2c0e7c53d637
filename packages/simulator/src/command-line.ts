import { Command, CommanderError, Option } from 'commander';
import { CodedError } from '@companion/foundation';
import { demoAppKinds, type DemoAppKind } from './demo/scene/index.ts';

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
  /** How the demo's app config is written. */
  readonly app: DemoAppKind;
  /** The DeepStream that the stand-in plays; undefined for its own default. */
  readonly deepstream: string | undefined;
  /** How long a step of the story may take. */
  readonly patienceSec: number;
  readonly logs: boolean;
  readonly engine: 'processes' | 'docker';
  readonly containerPrefix: string | undefined;
  /** Modules that are left to be run by hand. */
  readonly without: readonly string[];
}

/** A command line that can't be understood: one line. */
export class UsageError extends CodedError<'USAGE'> {
  override readonly name = 'UsageError';
}

/** What commander makes of the options below. */
interface Options {
  readonly once?: boolean;
  readonly demo: boolean;
  readonly replay?: string;
  readonly template: string;
  readonly variables?: string;
  readonly root?: string;
  readonly hubPort?: number;
  readonly apiPort?: number;
  readonly seed: number;
  readonly fps?: number;
  readonly app: DemoAppKind;
  readonly deepstream?: string;
  readonly without: readonly string[];
  readonly patience: number;
  readonly engine: CommandLine['engine'];
  readonly containerPrefix?: string;
  readonly logs?: boolean;
}

/** Reads the arguments. Throws a UsageError. */
export function parseCommandLine(args: readonly string[]): CommandLine | 'help' {
  const command = createCommand();
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.code === 'commander.helpDisplayed') return 'help';
    throw new UsageError('USAGE', error.message.replace(/^error: /, '').replaceAll('\n', ' '), { cause: error });
  }
  const options = command.opts<Options>();
  return {
    once: options.once ?? false,
    demo: options.demo,
    replay: options.replay,
    template: options.template,
    envFile: options.variables,
    root: options.root,
    hubPort: options.hubPort,
    apiPort: options.apiPort,
    seed: options.seed,
    fps: options.fps,
    app: options.app,
    deepstream: options.deepstream,
    patienceSec: options.patience,
    logs: options.logs ?? false,
    engine: options.engine,
    containerPrefix: options.containerPrefix,
    without: options.without,
  };
}

/** What `--help` prints. */
export function helpText(): string {
  return createCommand().helpInformation();
}

/** A description of the command line: commander checks with it, and prints it as help. */
function createCommand(): Command {
  return (
    new Command('npm start --')
      .description(
        'Runs deployment.template.json on an embedded IoT Edge: no Azure, no GPU, and no containers unless you want them. ' +
          'Where DeepStream would run, a stand-in replays recorded detections.',
      )
      .option('--once', 'tell the whole story, print a summary, end: 0 if every promise was kept, 1 if not')
      .option(
        '--replay <file>',
        "let the stand-in send the messages of a JSON-lines file instead of the demo's recording",
      )
      .option('--no-demo', 'start the modules and leave their twins as the template has them')
      .option('--template <file>', 'the deployment template', 'deployment.template.json')
      // Not --env-file: Node takes that for itself, wherever it is.
      .option('--variables <file>', 'values for its variables (.env; .env.example where there is none)')
      .option('--root <dir>', "the device's disk (.simulator; with --once a new temporary folder)")
      .addOption(integer('--hub-port <n>', "port of the hub's TLS head (18883; with --once any free one)", 65_535))
      .addOption(integer('--api-port <n>', 'port of the service API (18080; with --once any free one)', 65_535))
      .addOption(integer('--seed <n>', "the demo's scene", 2 ** 32 - 1).default(1))
      .addOption(integer('--fps <n>', 'frames a second that the stand-in replays (as recorded: 10)', 240))
      .addOption(
        new Option('--app <kind>', "how the demo's app config is written").choices(demoAppKinds).default('keyfile'),
      )
      .addOption(
        new Option('--deepstream <version>', 'the DeepStream that the stand-in plays (6.2)').choices([
          '4.0',
          '6.2',
          '7.0',
          '9.1',
        ]),
      )
      .addOption(
        new Option(
          '--without <module>',
          'leave a module to be started by hand, under a debugger for example; may be repeated',
        )
          .argParser((module: string, before: readonly string[]) => [...before, module])
          .default([], 'none'),
      )
      .addOption(integer('--patience <n>', 'seconds that a step of the story may take', 3600).default(60))
      .addOption(
        new Option(
          '--engine <engine>',
          "docker: the modules' images (npm run images) in containers of the Docker engine of this machine " +
            '(DOCKER_HOST, or /var/run/docker.sock)',
        )
          .choices(['processes', 'docker'])
          .default('processes'),
      )
      .option(
        '--container-prefix <prefix>',
        "before the modules' names in the containers' (none, as on a device; with --once one of its own)",
      )
      .option('--logs', "show the modules' own logs too")
      .helpOption('-h, --help', 'this text')
      .configureHelp({ helpWidth: 120 })
      .configureOutput({ writeOut: () => undefined, writeErr: () => undefined })
      .allowExcessArguments(false)
      .exitOverride()
  );
}

function integer(flags: string, description: string, max: number): Option {
  const option = new Option(flags, description);
  return option.argParser((text: string) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value <= max) return value;
    const wanted = `wants a whole number from 0 to ${max}, not ${JSON.stringify(text)}`;
    throw new UsageError('USAGE', `${option.long ?? flags} ${wanted}`);
  });
}
