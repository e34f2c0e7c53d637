import type { Clock } from '../core/clock.ts';
import { startHealth, stepHealth, type Health, type HealthSpec } from '../domain/health.ts';
import type { Activator, Look } from './activators/activator.ts';
import { anyRelease } from './activators/container-activator.ts';

/** What one look at DeepStream showed. */
export interface Seen {
  readonly health: Health;
  /** What an operator may have to look at, in one line. */
  readonly hint: string | undefined;
  /** DeepStream's last, where one is known. */
  readonly exitCode: number | undefined;
}

interface WatchOptions {
  readonly release: string;
  readonly spec: HealthSpec;
  readonly activator: Activator;
  /** What is known already; undefined for a release that has just become current. */
  readonly health: Health | undefined;
  /** Messages at the `health` input since the module started. */
  readonly messages: () => number;
  /** Called after every look; false ends the watch. What it rejects with does so too. */
  readonly onSeen: (seen: Seen) => Promise<boolean>;
  /** Nothing could be seen, for this reason; it is tried again. */
  readonly onBlind: (reason: unknown) => void;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How often DeepStream is looked at. */
const lookEveryMs = 500;
/** So long an app that does not run yet is not worth a hint: containers take their time to start. */
const patienceMs = 10_000;

/** Follows DeepStream on one release, until `onSeen` has seen enough. Rejects with the signal's reason. */
export async function watchRelease(options: WatchOptions): Promise<void> {
  const { release, spec, activator, messages, onSeen, onBlind, clock, signal } = options;
  const beganMs = clock.nowMs();
  const messagesBefore = messages();
  let health = options.health ?? startHealth(beganMs);
  for (;;) {
    const look = await activator.look(signal).catch((error: unknown): Look | undefined => {
      signal.throwIfAborted();
      onBlind(error);
      return undefined;
    });
    if (look !== undefined) {
      const nowMs = clock.nowMs();
      const { sighting } = look;
      const running = sighting.release === anyRelease ? release : sighting.release;
      const seen = { ...sighting, release: running, messages: messages() - messagesBefore };
      health = stepHealth(health, seen, release, spec, nowMs);
      const { state } = health;
      const patient = state === 'running' || state === 'settling' || nowMs - beganMs < patienceMs;
      if (!(await onSeen({ health, hint: patient ? undefined : look.hint, exitCode: sighting.exitCode }))) return;
    }
    await clock.delay(lookEveryMs, signal);
  }
}
