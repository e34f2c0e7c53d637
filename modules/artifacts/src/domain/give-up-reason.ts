import type { Health, HealthSpec } from './health.ts';

/** Why a release did not become healthy, in one line for people. */
export function giveUpReason(health: Extract<Health, { state: 'failed' }>, spec: HealthSpec): string {
  const { exits, exitCode, silent } = health;
  const within = `within ${spec.giveUpAfterSec} s`;
  if (silent) return `DeepStream ran, but no message arrived at the health input ${within}`;
  if (exitCode !== undefined) return `DeepStream was not healthy ${within}: it ended with exit code ${exitCode}`;
  return exits > 0
    ? `DeepStream was not healthy ${within}: it ended ${exits} times`
    : `DeepStream did not run the release ${within}`;
}
