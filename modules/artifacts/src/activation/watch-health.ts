import type { Clock } from '../clock.ts';
import type { ActivateSpec } from '../plan/desired.ts';
import { startHealth, stepHealth, type Health, type Sighting } from '../plan/health.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { readSupervisorStatus, type SupervisorStatus } from './supervisor-status.ts';

/** How often DeepStream is looked at. One small file is read each time. */
const lookEveryMs = 500;
/** So long a supervisor that says nothing is not worth a hint: containers take their time to start. */
const patienceMs = 10_000;

interface WatchOptions {
  readonly layout: VolumeLayout;
  readonly clock: Clock;
  readonly release: string;
  readonly spec: ActivateSpec;
  readonly signal: AbortSignal;
  /** Called on every change; the hint says in one line what the operator may have to look at. */
  readonly onHealth: (health: Health, hint: string | undefined) => void;
}

/** Follows DeepStream's health on a release until aborted; then it rejects with the signal's reason. */
export async function watchHealth(options: WatchOptions): Promise<never> {
  const { layout, clock, release, spec, signal, onHealth } = options;
  const beganMs = clock.nowMs();
  let health = startHealth(beganMs);
  let hint: string | undefined;
  onHealth(health, hint);
  for (;;) {
    const status = await readSupervisorStatus(layout.supervisorStatus);
    const nowMs = clock.nowMs();
    const nextHealth = stepHealth(health, sightingOf(status), release, spec, nowMs);
    const nextHint = hintFor(status, nextHealth, nowMs - beganMs, layout);
    if (nextHealth !== health || nextHint !== hint) {
      health = nextHealth;
      hint = nextHint;
      onHealth(health, hint);
    }
    await clock.delay(lookEveryMs, signal);
  }
}

function sightingOf(status: SupervisorStatus | undefined): Sighting {
  return {
    release: status?.state === 'running' ? status.release : undefined,
    process: `${status?.supervisor ?? ''}/${status?.starts ?? 0}/${status?.state === 'running' ? status.sinceMs : 0}`,
    exitCode: status?.exitCode,
  };
}

function hintFor(
  status: SupervisorStatus | undefined,
  health: Health,
  waitedMs: number,
  layout: VolumeLayout,
): string | undefined {
  if (health.state === 'running' || health.state === 'settling' || waitedMs < patienceMs) return undefined;
  if (status === undefined) {
    return `no supervisor has written ${layout.supervisorStatus}: is the volume mounted in DeepStream's container, and supervisor.sh its entrypoint?`;
  }
  if (status.state === 'stopped') return "the supervisor was stopped: is DeepStream's container running?";
  if (status.state === 'backoff')
    return `DeepStream ended with exit code ${status.exitCode ?? '?'}: see its container's log`;
  return undefined;
}
