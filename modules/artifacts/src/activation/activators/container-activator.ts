import { failPoint } from '../../core/fail-point.ts';
import type { Sighting } from '../../domain/health.ts';
import { ActivationError } from '../../core/activation-error.ts';
import type { Activator } from './activator.ts';
import { requestOverSocket, type SocketAnswer } from './socket-request.ts';

/** What a daemon says about one container. */
export interface ContainerView {
  readonly running: boolean;
  /** Another text is another start. */
  readonly startedAt: string;
  readonly exitCode: number | undefined;
}

/** A daemon that restarts containers, as far as they differ. */
export interface ContainerDaemon {
  readonly socket: string;
  readonly module: string;
  readonly restartPath: string;
  readonly viewPath: string;
  /** Undefined where the answer names no such container. */
  readonly viewOf: (body: string) => ContainerView | undefined;
}

/** Activates by restarting DeepStream's container through a daemon's socket. */
export function createContainerActivator(daemon: ContainerDaemon): Activator {
  const { socket, module } = daemon;
  /** A daemon knows no releases: what runs since it was last told, or since we look, runs this one. */
  let told: string | undefined;

  const restart = async (signal: AbortSignal): Promise<void> => {
    checked(await requestOverSocket(socket, 'POST', daemon.restartPath, signal));
  };
  const checked = ({ status, body }: SocketAnswer): string => {
    if (status >= 200 && status < 300) return body;
    if (status === 404) {
      throw new ActivationError('MODULE_UNKNOWN', `there is no module ${module} to restart`, { module, status });
    }
    const message = `${socket} answered ${status} for module ${module}`;
    throw new ActivationError('RESTART_REFUSED', message, { module, status });
  };

  return {
    watches: true,
    prepare: () => Promise.resolve(),
    async tell(to, signal) {
      await restart(signal);
      failPoint('container-restarted');
      told = to.id;
    },
    restart,
    async look(signal) {
      const view = daemon.viewOf(checked(await requestOverSocket(socket, 'GET', daemon.viewPath, signal)));
      if (view === undefined) {
        throw new ActivationError('MODULE_UNKNOWN', `there is no module ${module} to look at`, { module });
      }
      const sighting: Omit<Sighting, 'messages'> = {
        // Undefined `told`: told before this process started, and `anyRelease` stands for what is current.
        release: view.running ? (told ?? anyRelease) : undefined,
        process: view.startedAt,
        exitCode: view.exitCode,
      };
      return { sighting, hint: view.running ? undefined : `${module} does not run` };
    },
  };
}

/** Stands for "whatever is current" in a sighting of a daemon that knows no releases. */
export const anyRelease = '*';
