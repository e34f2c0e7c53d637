import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Life } from '../../domain/supervised-time.ts';
import { replaceFileDurably } from '../../volume/durable.ts';
import type { VolumeLayout } from '../../volume/layout.ts';
import { activationFiles } from './activation-files.ts';
import type { Activator, Look } from './activator.ts';
import { readLastTrouble, readTrouble } from './app-output.ts';
import { readSupervisorStatus, type SupervisorStatus } from './supervisor-status.ts';

/** Activates by the supervisor in DeepStream's container: it sees by itself that `current` names another release. */
export class SupervisorActivator implements Activator {
  readonly watches = true;
  readonly #layout: VolumeLayout;

  constructor(layout: VolumeLayout) {
    this.#layout = layout;
  }

  async prepare(): Promise<void> {
    // The supervisor needs nothing before the switch.
  }

  async notify(): Promise<void> {
    // It sees the switch by itself.
  }

  async restart(): Promise<void> {
    // Any other text than the one it started with makes the supervisor restart the app.
    await replaceFileDurably(activationFiles(this.#layout).restartRequest, `${randomUUID()}\n`);
  }

  async look(): Promise<Look> {
    const status = await readSupervisorStatus(this.#layout.supervisorStatus);
    return {
      sighting: {
        release: status?.state === 'running' ? status.release : undefined,
        process: `${status?.supervisor ?? ''}/${status?.starts ?? 0}`,
        exitCode: status?.exitCode,
      },
      life: await this.#life(status),
      hint: await this.#hint(status),
      advice: status !== undefined && status.heartbeatMs === undefined ? olderSupervisor : undefined,
    };
  }

  async trouble(release: string): Promise<readonly string[]> {
    const status = await readSupervisorStatus(this.#layout.supervisorStatus);
    return (status?.state === 'backoff' ? readLastTrouble : readTrouble)(this.#layout, release);
  }

  async #hint(status: SupervisorStatus | undefined): Promise<string | undefined> {
    if (status === undefined) {
      return `no supervisor has written ${this.#layout.supervisorStatus}: is the volume mounted in DeepStream's container, and supervisor.sh its entrypoint?`;
    }
    if (status.state === 'stopped') return "the supervisor was stopped: is DeepStream's container running?";
    if (status.state !== 'backoff') return undefined;
    const said = await readTrouble(this.#layout, status.release);
    const reason = said.length > 0 ? said.join(' | ') : "see its container's log";
    return `DeepStream ended with exit code ${status.exitCode ?? '?'}: ${reason}`;
  }

  /** A new status shows life, too: it comes earlier than the next beat. */
  async #life(status: SupervisorStatus | undefined): Promise<Life> {
    if (status === undefined || status.state === 'stopped') return { kind: 'gone' };
    if (status.heartbeatMs === undefined) return { kind: 'unknown' };
    const heartbeat = await readFile(this.#layout.supervisorHeartbeat, 'utf8').catch(() => '');
    const beat = [heartbeat, status.supervisor, status.state, status.release, status.starts, status.sinceMs].join('\n');
    return { kind: 'pulse', beat, everyMs: status.heartbeatMs };
  }
}

const olderSupervisor =
  'an older supervisor.sh runs DeepStream, and whether it lives can not be seen: restart its container when it suits';
