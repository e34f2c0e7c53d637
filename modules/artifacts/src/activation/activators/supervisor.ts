import { randomUUID } from 'node:crypto';
import { writeFileDurably } from '../../volume/durable.ts';
import type { VolumeLayout } from '../../volume/layout.ts';
import { activationFiles } from './activation-files.ts';
import type { Activator, Look } from './activator.ts';
import { readSupervisorStatus, type SupervisorStatus } from './supervisor-status.ts';

/** Activates by the supervisor in DeepStream's container: it sees by itself that `current` names another release. */
export function createSupervisorActivator(layout: VolumeLayout): Activator {
  return {
    watches: true,
    prepare: () => Promise.resolve(),
    tell: () => Promise.resolve(),
    // Any other text than the one it started with makes the supervisor restart the app.
    restart: () => writeFileDurably(activationFiles(layout).restartRequest, `${randomUUID()}\n`),
    look: async () => lookThrough(await readSupervisorStatus(layout.supervisorStatus), layout),
  };
}

function lookThrough(status: SupervisorStatus | undefined, layout: VolumeLayout): Look {
  return {
    sighting: {
      release: status?.state === 'running' ? status.release : undefined,
      process: `${status?.supervisor ?? ''}/${status?.starts ?? 0}`,
      exitCode: status?.exitCode,
    },
    hint: hintFor(status, layout),
  };
}

function hintFor(status: SupervisorStatus | undefined, layout: VolumeLayout): string | undefined {
  if (status === undefined) {
    return `no supervisor has written ${layout.supervisorStatus}: is the volume mounted in DeepStream's container, and supervisor.sh its entrypoint?`;
  }
  if (status.state === 'stopped') return "the supervisor was stopped: is DeepStream's container running?";
  if (status.state === 'backoff')
    return `DeepStream ended with exit code ${status.exitCode ?? '?'}: see its container's log`;
  return undefined;
}
