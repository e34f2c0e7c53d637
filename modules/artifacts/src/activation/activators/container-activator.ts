import { ArtifactError } from '../../core/artifact-error.ts';
import { failPoint } from '../../core/fail-point.ts';
import type { Release } from '../../domain/release.ts';
import { anyRelease, type Activator, type Look } from './activator.ts';
import { requestOverSocket, type SocketAnswer } from './socket-request.ts';

/** What a daemon says about one container. */
export interface ContainerView {
  readonly running: boolean;
  /** Another text is another start. */
  readonly startedAt: string;
  readonly exitCode: number | undefined;
}

/** Activates by restarting DeepStream's container through a daemon's socket; what differs between daemons is abstract. */
export abstract class ContainerActivator implements Activator {
  readonly watches = true;
  readonly #socket: string;
  /** Name of DeepStream's module or container. */
  readonly #module: string;
  /** A daemon knows no releases: what runs since it was last restarted, or since we look, runs this one. */
  #notified: string | undefined;

  constructor(socket: string, module: string) {
    this.#socket = socket;
    this.#module = module;
  }

  /** Path of the request that restarts it. */
  protected abstract readonly restartPath: string;
  /** Path of the request for its state. */
  protected abstract readonly viewPath: string;
  /** Undefined where the answer names no such container. */
  protected abstract viewOf(body: string): ContainerView | undefined;

  async prepare(): Promise<void> {
    // A container takes what is current when it starts.
  }

  async notify(to: Release, signal: AbortSignal): Promise<void> {
    await this.restart(signal);
    failPoint('container-restarted');
    this.#notified = to.id;
  }

  async restart(signal: AbortSignal): Promise<void> {
    this.#checked(await requestOverSocket(this.#socket, 'POST', this.restartPath, signal));
  }

  async look(signal: AbortSignal): Promise<Look> {
    const module = this.#module;
    const view = this.viewOf(this.#checked(await requestOverSocket(this.#socket, 'GET', this.viewPath, signal)));
    if (view === undefined) {
      throw new ArtifactError('MODULE_UNKNOWN', `there is no module ${module} to look at`, {
        retryable: true,
        facts: { module },
      });
    }
    const { running, startedAt, exitCode } = view;
    return {
      // Restarted before this process began, it runs what is current.
      sighting: { release: running ? (this.#notified ?? anyRelease) : undefined, process: startedAt, exitCode },
      // A daemon that answers lives.
      life: { kind: 'unknown' },
      hint: running ? undefined : `${module} does not run`,
    };
  }

  #checked({ status, body }: SocketAnswer): string {
    const module = this.#module;
    if (status >= 200 && status < 300) return body;
    const facts = { module, status };
    if (status === 404) {
      throw new ArtifactError('MODULE_UNKNOWN', `there is no module ${module} to restart`, { retryable: true, facts });
    }
    const message = `${this.#socket} answered ${status} for module ${module}`;
    throw new ArtifactError('RESTART_REFUSED', message, { retryable: true, facts });
  }
}
