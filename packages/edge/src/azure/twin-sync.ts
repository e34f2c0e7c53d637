import { backoffMs, type BackoffOptions, type Clock } from '@companion/foundation';
import { EdgeError } from '../hub/edge-error.ts';
import type { DesiredDocument } from '../hub/hub.ts';
import type { Log } from '../telemetry/log.ts';
import { LatestWins } from '../twin/latest-wins.ts';
import type { HubMetrics } from './hub-metrics.ts';
import type { RawTwin } from './raw-twin.ts';

/** Where the twin comes from: a session that stands. */
export interface TwinSource {
  getTwin(): Promise<RawTwin>;
}

/** What the twin sync is made of. */
export interface TwinSyncOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly backoff: BackoffOptions;
  readonly metrics: Pick<HubMetrics, 'twin'>;
  /** Between two requests on the timer, on average; milliseconds. */
  readonly refreshMs: number;
  /** Gets every twin, and whether its desired properties are newer than any before. */
  readonly onTwin: (twin: RawTwin, desired: 'newer' | 'known') => void;
}

/**
 * Desired state as whole documents. Asks for the whole twin on every connection (while there was none, nobody notified),
 * on every notification (it holds only a patch, and versions jump) and on a timer (edgeHub may skip a notification after
 * its own reconnect). One request at a time: what comes meanwhile leads to one further request. Only a newer `$version` is
 * handed on, so an old or empty twin from edgeHub's store never undoes anything.
 */
export class TwinSync {
  readonly #options: TwinSyncOptions;
  readonly #requests: LatestWins<TwinSource>;
  #newest: DesiredDocument | undefined;
  /** The session that stands. */
  #source: TwinSource | undefined;
  /** Requests that failed in a row. */
  #failures = 0;
  #cancelTimer = (): void => undefined;

  constructor(options: TwinSyncOptions) {
    this.#options = options;
    this.#requests = new LatestWins({ run: (source) => this.#ask(source) });
  }

  /** The newest desired document. */
  get newest(): DesiredDocument | undefined {
    return this.#newest;
  }

  /** A new connection stands: asks for the twin, resolves after the first answer, whatever it was. */
  async attach(source: TwinSource): Promise<void> {
    this.#source = source;
    this.#failures = 0;
    this.#requests.submit(source);
    await this.#requests.idle();
  }

  detach(): void {
    this.#source = undefined;
    this.#cancelTimer();
  }

  /** The hub says that the desired properties are at this version now; undefined where it doesn't say. */
  notified(version: number | undefined): void {
    if (this.#source === undefined) return;
    if (version !== undefined && this.#newest !== undefined && version <= this.#newest.version) return;
    this.#requests.submit(this.#source);
  }

  async stop(): Promise<void> {
    this.detach();
    await this.#requests.stop();
  }

  async #ask(source: TwinSource): Promise<void> {
    const { log, metrics, onTwin } = this.#options;
    try {
      const twin = await source.getTwin();
      this.#failures = 0;
      const desired = this.#take(twin);
      onTwin(twin, desired);
      metrics.twin(desired);
    } catch (error) {
      this.#failures += 1;
      metrics.twin('failed');
      const code = error instanceof EdgeError ? error.code : undefined;
      if (this.#failures === 1) log.warn({ code, err: error }, 'twin not read; asking again');
    }
    if (this.#source === source) this.#schedule();
  }

  #take({ desired }: RawTwin): 'newer' | 'known' {
    if (desired === undefined) {
      this.#options.log.warn('the hub gave a twin without a version; ignored');
      return 'known';
    }
    if (this.#newest !== undefined && desired.version <= this.#newest.version) return 'known';
    this.#newest = desired;
    return 'newer';
  }

  #schedule(): void {
    const { clock, backoff, refreshMs } = this.#options;
    this.#cancelTimer();
    // Jitter, so that modules of one device, and devices of one site, do not ask in step.
    const regularMs = refreshMs * (0.75 + backoff.random() / 2);
    const delayMs = this.#failures === 0 ? regularMs : Math.max(backoff.baseMs, backoffMs(this.#failures, backoff));
    this.#cancelTimer = clock.after(delayMs, () => {
      if (this.#source !== undefined) this.#requests.submit(this.#source);
    });
  }
}
