import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { CodedError } from '@companion/foundation';

const run = promisify(execFile);

/** Something of Docker is not as it must be; the message is one line for whoever called the script. */
export class DockerCommandError extends CodedError<'NO_CLIENT' | 'NO_ENGINE' | 'NO_BUILDKIT' | 'COMMAND_FAILED'> {
  override readonly name = 'DockerCommandError';
}

/** The docker command, as far as the scripts use it. BuildKit can be used through it alone: the Engine API has no build that takes secrets. */
export interface DockerCommand {
  /** Runs a command and resolves with what it wrote to stdout, trimmed. Rejects with COMMAND_FAILED; its message ends with what docker said. */
  run(args: readonly string[]): Promise<string>;
  /** The engine's processor, in Docker's words: amd64, arm64, … */
  readonly architecture: string;
  /** Options that every `docker build` on this engine needs. */
  readonly buildOptions: readonly string[];
}

/**
 * Finds the client (the variable DOCKER, or `docker`) and tries its engine. Rejects with a DockerCommandError where there is no
 * client, where no engine answers, or where the client can't build with BuildKit.
 */
export async function openDockerCommand(environment: NodeJS.ProcessEnv): Promise<DockerCommand> {
  const command = environment['DOCKER'] ?? 'docker';
  const env = { ...environment, DOCKER_BUILDKIT: '1' };
  const docker = async (args: readonly string[]): Promise<string> => {
    try {
      // A build writes megabytes of progress.
      return (await run(command, [...args], { env, maxBuffer: 2 ** 28 })).stdout.trim();
    } catch (cause) {
      const said = isFailure(cause) ? cause.stderr.trim() : String(cause);
      throw new DockerCommandError('COMMAND_FAILED', `${command} ${args[0] ?? ''}: ${said}`, { cause });
    }
  };
  const version = await docker(['version', '--format', '{{.Client.Version}}']).catch((error: unknown) => {
    throw explain(error, command, environment['DOCKER_HOST']);
  });
  // Before version 23 BuildKit came with the client, now it is the plugin buildx.
  if (Number.parseInt(version, 10) >= 23) {
    await docker(['buildx', 'version']).catch((cause: unknown) => {
      const hint = 'install its plugin buildx, or name another client in the variable DOCKER';
      throw new DockerCommandError('NO_BUILDKIT', `${command} ${version} has no BuildKit: ${hint}`, { cause });
    });
  }
  const bridged = await docker(['network', 'inspect', 'bridge']).then(
    () => true,
    () => false,
  );
  // An engine without a bridge can build on its host's network only.
  const architecture = await docker(['version', '--format', '{{.Server.Arch}}']);
  return { run: docker, architecture, buildOptions: bridged ? [] : ['--network', 'host'] };
}

function explain(error: unknown, command: string, host: string | undefined): DockerCommandError {
  const { cause } = error instanceof Error ? error : { cause: undefined };
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') {
    return new DockerCommandError(
      'NO_CLIENT',
      `there is no ${command}: install Docker, or name its client in the variable DOCKER`,
    );
  }
  const where = host === undefined ? '' : ` at ${host}`;
  return new DockerCommandError('NO_ENGINE', `no Docker Engine answers${where}: start it, or name it in DOCKER_HOST`, {
    cause,
  });
}

function isFailure(error: unknown): error is Error & { readonly stderr: string } {
  return error instanceof Error && 'stderr' in error && typeof error.stderr === 'string' && error.stderr.trim() !== '';
}
