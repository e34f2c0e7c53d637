import { backoffMs, type BackoffOptions, type Clock } from '@companion/foundation';
import { EdgeError } from '../hub/edge-error.ts';
import type { DesiredDocument } from '../hub/hub.ts';
import type { Log } from '../telemetry/log.ts';
import { LatestWins } from '../twin/latest-wins.ts';
import { judgeDesired, type DesiredJudgement } from './desired-judgement.ts';
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
  /** Gets every twin, and its desired properties where they are to be taken. */
  readonly onTwin: (twin: RawTwin, taken: DesiredDocument | undefined) => void;
  /** Only a fresh connection can tell whether the version went back. */
  readonly onDoubt: () => void;
}

/** Between two requests because of notifications of versions that are not newer; milliseconds. */
const behindMs = 10_000;
/** Between two connections that are given up because of a doubt; milliseconds. */
const doubtMs = 60_000;

/**
 * Desired state as whole documents. Asks for the whole twin on every connection (while there was none, nobody notified),
 * on every notification (it holds only a patch, and versions jump) and on a timer (edgeHub may skip a notification after
 * its own reconnect). One request at a time: what comes meanwhile leads to one further request. A document that is not
 * newer is handed on only where it is the first one of a connection (see `judgeDesired`), so a notification that comes
 * late, or an empty twin from edgeHub's store, never undoes anything.
 */
export class TwinSync {
  readonly #options: TwinSyncOptions;
  readonly #requests: LatestWins<TwinSource>;
  #newest: DesiredDocument | undefined;
  /** The session that stands. */
  #source: TwinSource | undefined;
  /** The session that has answered already. */
  #answered: TwinSource | undefined;
  /** Requests that failed in a row. */
  #failures = 0;
  #cancelTimer = (): void => undefined;
  /** When a notification that is not newer led to a request last, on the clock that never jumps. */
  #behindMs = Number.NEGATIVE_INFINITY;
  #cancelBehind: (() => void) | undefined;
  /** When a doubt cost a connection last, on the clock that never jumps. */
  #doubtMs = Number.NEGATIVE_INFINITY;

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
    this.#cancelBehind?.();
    this.#cancelBehind = undefined;
  }

  /** The hub says that the desired properties are at this version now; undefined where it doesn't say. */
  notified(version: number | undefined): void {
    if (this.#source === undefined) return;
    if (version !== undefined && this.#newest !== undefined && version <= this.#newest.version) this.#askSeldom();
    else this.#requests.submit(this.#source);
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
      const judgement = this.#take(twin, source);
      onTwin(twin, judgement === 'newer' || judgement === 'back' ? this.#newest : undefined);
      metrics.twin(judgement);
    } catch (error) {
      this.#failures += 1;
      metrics.twin('failed');
      const code = error instanceof EdgeError ? error.code : undefined;
      if (this.#failures === 1) log.warn({ code, err: error }, 'twin not read; asking again');
    }
    if (this.#source === source) this.#schedule();
  }

  #take({ desired }: RawTwin, source: TwinSource): DesiredJudgement {
    const { log } = this.#options;
    const connection = this.#answered === source ? 'standing' : 'fresh';
    this.#answered = source;
    if (desired === undefined) {
      log.warn('the hub gave a twin without a version; ignored');
      return 'known';
    }
    const newest = this.#newest;
    const judgement = judgeDesired(desired, newest, connection);
    const { version } = desired;
    if (judgement === 'doubtful') this.#doubt(version);
    if (judgement === 'newer' || judgement === 'back') {
      const before = Math.max(newest?.version ?? 0, newest?.wentBackFrom ?? 0);
      this.#newest = newest === undefined || version > before ? desired : { ...desired, wentBackFrom: before };
    }
    if (judgement === 'back') {
      log.warn({ version, before: newest?.version }, 'the version of the desired properties went back; taken over');
    }
    return judgement;
  }

  #doubt(version: number): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#doubtMs < doubtMs) return;
    this.#doubtMs = nowMs;
    const known = this.#newest?.version;
    this.#options.log.warn({ version, known }, 'the hub gave an older twin; connecting again to see which one holds');
    this.#options.onDoubt();
  }

  /** Asks now, or where it has done so a moment ago, once when that is over: what is not newer mostly just came late. */
  #askSeldom(): void {
    if (this.#cancelBehind !== undefined) return;
    const { clock } = this.#options;
    const ask = (): void => {
      this.#cancelBehind = undefined;
      this.#behindMs = clock.monotonicMs();
      if (this.#source !== undefined) this.#requests.submit(this.#source);
    };
    const waitMs = this.#behindMs + behindMs - clock.monotonicMs();
    if (waitMs <= 0) ask();
    else this.#cancelBehind = clock.after(waitMs, ask);
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
