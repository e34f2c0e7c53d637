import { delay, type Clock } from '@companion/foundation';
import { startHealth, stepHealth, type Health, type HealthSpec } from '../domain/health.ts';
import {
  isSilent,
  startSupervision,
  stepSupervision,
  type Life,
  type SupervisedTime,
} from '../domain/supervised-time.ts';
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
  /** Keeps the time in which DeepStream could have run, over several watches. */
  readonly supervision: Supervision;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/** How often DeepStream is looked at. */
const lookEveryMs = 500;

/** So long an app that does not run yet is not worth a hint: containers take their time to start. */
const patienceMs = 10_000;

/** The time in which DeepStream could have run, as all looks of one module show it. */
export class Supervision {
  #time: SupervisedTime | undefined;

  /** Takes one look in; `nowMs` never jumps. */
  look(life: Life, nowMs: number): { readonly alive: boolean; readonly silent: boolean; readonly livedMs: number } {
    const time = stepSupervision(this.#time ?? startSupervision(nowMs), life, nowMs);
    this.#time = time;
    return { alive: time.alive, silent: isSilent(time, life, nowMs), livedMs: time.livedMs };
  }
}

const silentHint = "the supervisor gives no sign of life: is DeepStream's container running?";

/**
 * Looks at DeepStream on one release again and again, until whoever reads this has seen enough. Its health is judged by
 * the time in which whoever starts it lived: a device that was switched off for a night is no fault of the release.
 * Rejects with the signal's reason.
 */
export async function* watchRelease(options: WatchOptions): AsyncGenerator<Seen, never> {
  const { release, spec, activator, messages, supervision, clock, signal } = options;
  const beganMs = clock.monotonicMs();
  const messagesBefore = messages();
  let { health } = options;
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
      const { alive, silent, livedMs } = supervision.look(look.life, nowMs);
      const running = sighting.release === anyRelease ? release : sighting.release;
      const seen = { ...sighting, release: alive ? running : undefined, messages: messages() - messagesBefore };
      health = stepHealth(health ?? startHealth(livedMs), seen, release, spec, livedMs);
      const { state } = health;
      const patient = state === 'running' || state === 'settling' || nowMs - beganMs < patienceMs;
      const reason = silent ? silentHint : look.hint;
      const hint = (patient ? undefined : reason) ?? look.advice;
      yield { kind: 'seen', health, hint, exitCode: sighting.exitCode };
    }
    await delay(clock, lookEveryMs, signal);
  }
}
