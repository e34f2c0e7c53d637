import { backoffMs, type BackoffOptions, type Clock } from '@companion/foundation';
import { EdgeError } from '../hub/edge-error.ts';
import type { DesiredDocument } from '../hub/hub.ts';
import { latestWins } from '../twin/latest-wins.ts';
import type { Log } from '../telemetry/log.ts';
import type { RawTwin } from './raw-twin.ts';

/** Where the twin comes from: a session that stands. */
export interface TwinSource {
  getTwin(): Promise<RawTwin>;
}

/** Keeps the newest desired document. */
export interface TwinSync {
  readonly newest: DesiredDocument | undefined;
  /** A new connection stands: asks for the twin, resolves after the first answer, whatever it was. */
  attach(source: TwinSource): Promise<void>;
  detach(): void;
  /** The hub says that the desired properties are at this version now; undefined where it doesn't say. */
  notified(version: number | undefined): void;
  stop(): Promise<void>;
}

/**
 * Desired state as whole documents. Asks for the whole twin on every connection (while there was none, nobody notified),
 * on every notification (it holds only a patch, and versions jump) and on a timer (edgeHub may skip a notification after
 * its own reconnect). One request at a time: what comes meanwhile leads to one further request. Only a newer `$version` is
 * handed on, so an old or empty twin from edgeHub's store never undoes anything.
 */
export function createTwinSync(options: {
  readonly clock: Clock;
  readonly log: Log;
  readonly backoff: BackoffOptions;
  /** Between two requests on the timer, on average; milliseconds. */
  readonly refreshMs: number;
  readonly onTwin: (twin: RawTwin) => void;
  readonly onNewer: (document: DesiredDocument) => void;
  readonly onResult: (result: 'newer' | 'known' | 'failed') => void;
}): TwinSync {
  const { clock, log, backoff, refreshMs } = options;
  let newest: DesiredDocument | undefined;
  let source: TwinSource | undefined;
  let failures = 0;
  let cancelTimer = (): void => undefined;

  const requests = latestWins<TwinSource>(async (from) => {
    try {
      const twin = await from.getTwin();
      failures = 0;
      options.onTwin(twin);
      options.onResult(take(twin) ? 'newer' : 'known');
    } catch (error) {
      failures += 1;
      options.onResult('failed');
      const code = error instanceof EdgeError ? error.code : undefined;
      if (failures === 1) log.warn({ code, err: error }, 'twin not read; asking again');
    }
    if (source === from) schedule();
  });

  function take({ desired }: RawTwin): boolean {
    if (desired === undefined) {
      log.warn('the hub gave a twin without a version; ignored');
      return false;
    }
    if (newest !== undefined && desired.version <= newest.version) return false;
    newest = desired;
    options.onNewer(desired);
    return true;
  }

  function schedule(): void {
    cancelTimer();
    // Jitter, so that modules of one device, and devices of one site, do not ask in step.
    const regularMs = refreshMs * (0.75 + backoff.random() / 2);
    const delayMs = failures === 0 ? regularMs : Math.max(backoff.baseMs, backoffMs(failures, backoff));
    cancelTimer = clock.after(delayMs, () => {
      if (source !== undefined) requests.submit(source);
    });
  }

  function detach(): void {
    source = undefined;
    cancelTimer();
  }

  return {
    get newest() {
      return newest;
    },
    async attach(from) {
      source = from;
      failures = 0;
      requests.submit(from);
      await requests.idle();
    },
    detach,
    notified(version) {
      if (source === undefined) return;
      if (version !== undefined && newest !== undefined && version <= newest.version) return;
      requests.submit(source);
    },
    async stop() {
      detach();
      await requests.stop();
    },
  };
}
