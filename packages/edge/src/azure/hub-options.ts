import type { BackoffOptions, Clock } from '@companion/foundation';
import { systemClock } from '@companion/foundation/node';
import type { Log } from '../telemetry/log.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { SessionTimeouts } from './session.ts';

/** What may be set differently; the defaults are for a device. */
export interface AzureHubOptions {
  readonly log: Log;
  readonly metrics?: Metrics;
  readonly clock?: Clock;
  /** 0 up to 1; for jitter. */
  readonly random?: () => number;
  /** Between two looks at the twin without a notification, on average; default 5 minutes. */
  readonly twinRefreshMs?: number;
  /** Default 20 s: edgeHub 1.6.0 loses CONNECTs, waiting longer is no use. */
  readonly connectTimeoutMs?: number;
  /** For twins and subscriptions; default 60 s, edgeHub itself waits for the cloud. */
  readonly requestTimeoutMs?: number;
  /** From `send` to the acknowledgement, the wait for a connection included in the first half; default 30 s each. */
  readonly sendTimeoutMs?: number;
  /** Back-off between connects; default 0.5 s doubling up to 30 s. */
  readonly reconnectBaseMs?: number;
  readonly reconnectCapMs?: number;
  /** How long a token is good; the connection is renewed after 7 tenths of it. Default 1 hour, whole seconds, at least 2. */
  readonly tokenLifetimeSeconds?: number;
  /** Default 60: a dead connection is noticed within two minutes, the SDK's 180 take six. */
  readonly keepAliveSeconds?: number;
  /** How often the hub may refuse our identity at the start before that is final; default 5, because edgeHub may not know a new module yet. */
  readonly refusalsAtStart?: number;
}

/** The options with every default in place. */
export interface HubSettings {
  readonly clock: Clock;
  readonly backoff: BackoffOptions;
  readonly timeouts: SessionTimeouts;
  readonly twinRefreshMs: number;
  readonly tokenLifetimeSeconds: number;
  readonly keepAliveSeconds: number;
  readonly refusalsAtStart: number;
}

/** Puts the defaults in. */
export function hubSettings(options: AzureHubOptions): HubSettings {
  const { clock = systemClock, random = Math.random, reconnectBaseMs = 500, reconnectCapMs = 30_000 } = options;
  return {
    clock,
    backoff: { baseMs: reconnectBaseMs, capMs: reconnectCapMs, random },
    timeouts: {
      connectMs: options.connectTimeoutMs ?? 20_000,
      requestMs: options.requestTimeoutMs ?? 60_000,
      sendMs: options.sendTimeoutMs ?? 30_000,
    },
    twinRefreshMs: options.twinRefreshMs ?? 300_000,
    tokenLifetimeSeconds: options.tokenLifetimeSeconds ?? 3600,
    keepAliveSeconds: options.keepAliveSeconds ?? 60,
    refusalsAtStart: options.refusalsAtStart ?? 5,
  };
}
