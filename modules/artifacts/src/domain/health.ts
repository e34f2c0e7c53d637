import type { ActivateSpec } from './desired.ts';

/**
 * Whether DeepStream has taken a release and lives.
 *
 *   starting ──runs it──▶ settling ──healthyAfterSec without an exit──▶ running
 *      │  ▲                  │ exit                                       │ exit
 *      │  └──────────────────┘◀───────────────────────────────────────────┘
 *      └──giveUpAfterSec since the switch, never healthy──▶ failed ──runs it──▶ settling
 *
 * Invariant: `running` is reached only through a full `healthyAfterSec` of one and the same process,
 * and, where messages are expected, with one of them. Times are milliseconds of a clock that runs only while whoever
 * starts DeepStream lives (supervised-time.ts).
 */
export type Health =
  | {
      readonly state: 'starting';
      readonly sinceMs: number;
      readonly exits: number;
      readonly exitCode: number | undefined;
    }
  | {
      readonly state: 'settling';
      readonly sinceMs: number;
      readonly deadlineMs: number;
      readonly process: string;
      readonly exits: number;
      /** Messages counted when this process was first seen. */
      readonly messagesBefore: number;
    }
  | { readonly state: 'running'; readonly process: string; readonly exits: number }
  | {
      readonly state: 'failed';
      readonly exits: number;
      readonly exitCode: number | undefined;
      /** It lived, but the messages that were expected never came. */
      readonly silent: boolean;
    };

/** The part of an activation that decides about health. */
export type HealthSpec = Pick<ActivateSpec, 'healthyAfterSec' | 'giveUpAfterSec' | 'expectMessages'>;

/** What is seen of DeepStream at one moment. */
export interface Sighting {
  /** The release that DeepStream runs now, or undefined while none runs. */
  readonly release: string | undefined;
  /** Tells one process of DeepStream from the next. */
  readonly process: string;
  /** The last exit code, where one is known. */
  readonly exitCode: number | undefined;
  /** Messages at the `health` input so far; only growth means something. */
  readonly messages: number;
}

/** The health of a release that has just become current. */
export function startHealth(nowMs: number): Health {
  return { state: 'starting', sinceMs: nowMs, exits: 0, exitCode: undefined };
}

/** One look at DeepStream moves the health on. */
export function stepHealth(
  health: Health,
  sighting: Sighting,
  release: string,
  spec: HealthSpec,
  nowMs: number,
): Health {
  const runs = sighting.release === release;
  const settling = (exits: number, deadlineMs: number): Health => ({
    state: 'settling',
    sinceMs: nowMs,
    deadlineMs,
    process: sighting.process,
    exits,
    messagesBefore: sighting.messages,
  });
  switch (health.state) {
    case 'starting': {
      const deadlineMs = health.sinceMs + spec.giveUpAfterSec * 1000;
      if (runs) return stepHealth(settling(health.exits, deadlineMs), sighting, release, spec, nowMs);
      const exitCode = sighting.exitCode ?? health.exitCode;
      if (nowMs >= deadlineMs) return { state: 'failed', exits: health.exits, exitCode, silent: false };
      return exitCode === health.exitCode ? health : { ...health, exitCode };
    }
    case 'settling':
      if (!runs || sighting.process !== health.process) {
        const sinceMs = health.deadlineMs - spec.giveUpAfterSec * 1000;
        const exits = health.exits + 1;
        if (nowMs >= health.deadlineMs) return { state: 'failed', exits, exitCode: sighting.exitCode, silent: false };
        return runs
          ? settling(exits, health.deadlineMs)
          : { state: 'starting', sinceMs, exits, exitCode: sighting.exitCode };
      }
      if (nowMs - health.sinceMs < spec.healthyAfterSec * 1000) return health;
      if (spec.expectMessages && sighting.messages <= health.messagesBefore) {
        if (nowMs < health.deadlineMs) return health;
        return { state: 'failed', exits: health.exits, exitCode: sighting.exitCode, silent: true };
      }
      return { state: 'running', process: health.process, exits: health.exits };
    case 'running':
      if (runs && sighting.process === health.process) return health;
      return { state: 'starting', sinceMs: nowMs, exits: health.exits + 1, exitCode: sighting.exitCode };
    case 'failed':
      return runs ? settling(health.exits, nowMs + spec.giveUpAfterSec * 1000) : health;
  }
}
