import { delay, type Clock } from '@companion/foundation';
import { startHealth, stepHealth, type Health, type HealthSpec } from '../domain/health.ts';
import { anyRelease, type Activator, type Look } from './activators/activator.ts';

/** What one look at DeepStream showed. */
export type Seen =
  | {
      readonly kind: 'seen';
      readonly health: Health;
      /** What an operator may have to look at, in one line. */
      readonly hint: string | undefined;
      /** DeepStream's last, where one is known. */
      readonly exitCode: number | undefined;
    }
  /** Nothing could be seen, for this reason; the next look may show more. */
  | { readonly kind: 'blind'; readonly reason: unknown };

interface WatchOptions {
  readonly release: string;
  readonly spec: HealthSpec;
  readonly activator: Activator;
  /** What is known already; undefined for a release that has just become current. */
  readonly health: Health | undefined;
  /** Messages at the `health` input since the module started. */
  readonly messages: () => number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How often DeepStream is looked at. */
const lookEveryMs = 500;

/** So long an app that does not run yet is not worth a hint: containers take their time to start. */
const patienceMs = 10_000;

/** Looks at DeepStream on one release again and again, until whoever reads this has seen enough. Rejects with the signal's reason. */
export async function* watchRelease(options: WatchOptions): AsyncGenerator<Seen, never> {
  const { release, spec, activator, messages, clock, signal } = options;
  const beganMs = clock.monotonicMs();
  const messagesBefore = messages();
  let health = options.health ?? startHealth(beganMs);
  for (;;) {
    let look: Look | undefined;
    try {
      look = await activator.look(signal);
    } catch (reason) {
      signal.throwIfAborted();
      yield { kind: 'blind', reason };
    }
    if (look !== undefined) {
      const nowMs = clock.monotonicMs();
      const { sighting } = look;
      const running = sighting.release === anyRelease ? release : sighting.release;
      const seen = { ...sighting, release: running, messages: messages() - messagesBefore };
      health = stepHealth(health, seen, release, spec, nowMs);
      const { state } = health;
      const patient = state === 'running' || state === 'settling' || nowMs - beganMs < patienceMs;
      yield { kind: 'seen', health, hint: patient ? undefined : look.hint, exitCode: sighting.exitCode };
    }
    await delay(clock, lookEveryMs, signal);
  }
}
