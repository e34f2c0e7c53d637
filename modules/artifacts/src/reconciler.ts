import { createHash } from 'node:crypto';
import { backoffMs, latestWins, type DesiredDocument, type Log } from '@companion/edge';
import type { ArtifactError } from './artifact-error.ts';
import type { Clock } from './clock.ts';
import { parseDesired, type DesiredState } from './plan/desired.ts';
import { defineRelease, type Release } from './plan/release.ts';
import { initialState, type ModuleState } from './report.ts';
import { asArtifactError, reportedError } from './failure.ts';
import { runPass, type ArtifactChange } from './pass.ts';
import { watchHealth } from './activation/watch-health.ts';
import { readCurrent } from './volume/volume.ts';
import type { VolumeLayout } from './volume/layout.ts';

/** Makes the volume look as the newest desired document says. */
export interface Reconciler {
  readonly state: ModuleState;
  /** A newer document aborts the pass of an older one. */
  submit(document: DesiredDocument): void;
  stop(): Promise<void>;
}

interface ReconcilerOptions {
  readonly layout: VolumeLayout;
  readonly clock: Clock;
  readonly log: Log;
  readonly onState: (state: ModuleState) => void;
}

/** Pauses between passes that failed: full jitter, so that a fleet does not come back to a server in step. */
const retry = { baseMs: 2_000, capMs: 300_000 };

/** Creates a reconciler. Every pass is the same: observe, compare, act; a restart anywhere converges. */
export function createReconciler({ layout, clock, log, onState }: ReconcilerOptions): Reconciler {
  let state = initialState;
  let lastGood: DesiredState | undefined;
  const update = (change: Partial<ModuleState>): void => {
    state = { ...state, ...change };
    onState(state);
  };

  const run = async (document: DesiredDocument, signal: AbortSignal): Promise<void> => {
    const desired = parseDesired(document.properties);
    update({ desiredVersion: document.version, findings: [], current: await readCurrent(layout) });
    switch (desired.kind) {
      case 'unmanaged':
        lastGood = undefined;
        log.info({ version: document.version }, 'the twin names no artifacts: nothing is managed, nothing is touched');
        update({ twin: 'unmanaged', artifacts: {}, release: undefined, hint: undefined });
        return;
      case 'invalid':
        log.error(
          { version: document.version, findings: desired.findings },
          'the twin has mistakes: the last good state is kept',
        );
        update({ twin: 'invalid', findings: desired.findings });
        break;
      case 'managed':
        lastGood = desired.state;
        update({ twin: 'managed' });
        break;
    }
    if (lastGood !== undefined) await converge(lastGood, signal);
  };

  const converge = async (desired: DesiredState, signal: AbortSignal): Promise<void> => {
    const release = defineRelease(desired, sha256);
    begin(desired, release);
    for (let failures = 1; ; failures++) {
      try {
        await runPass({ layout, desired, release, signal, log, onArtifact: changeArtifact });
        break;
      } catch (error) {
        signal.throwIfAborted();
        const failure = asArtifactError(error);
        refuse(release, failure);
        if (!failure.retryable) return;
        const pauseMs = backoffMs(failures, { ...retry, random: Math.random });
        log.info({ code: failure.code, pauseMs }, 'trying again after a pause');
        await clock.delay(pauseMs, signal);
      }
    }
    update({ current: release.id, release: { id: release.id, config: release.config, phase: { state: 'published' } } });
    if (release.config === undefined) return;
    await watchHealth({
      layout,
      clock,
      release: release.id,
      spec: desired.activate,
      signal,
      onHealth: (health, hint) => {
        if (health.state !== phaseOf(state)) {
          const exitCode = 'exitCode' in health ? health.exitCode : undefined;
          log.info({ release: release.id, exitCode }, `DeepStream is ${health.state}`);
        }
        update({ release: { id: release.id, config: release.config, phase: health }, hint });
      },
    });
  };

  const begin = (desired: DesiredState, release: Release): void => {
    const artifacts = desired.artifacts.map(
      ({ name, kind, sha256 }) => [name, { kind, sha256, state: 'waiting' }] as const,
    );
    log.info(
      { release: release.id, config: release.config, artifacts: artifacts.length },
      'the twin asks for a release',
    );
    update({
      artifacts: Object.fromEntries(artifacts),
      release: { id: release.id, config: release.config, phase: { state: 'preparing' } },
      hint: undefined,
    });
  };

  const changeArtifact = (name: string, change: ArtifactChange): void => {
    const before = state.artifacts[name];
    if (before === undefined) return;
    const { kind, sha256: digest } = before;
    update({ artifacts: { ...state.artifacts, [name]: { kind, sha256: digest, ...change } } });
  };

  const refuse = (release: Release, failure: ArtifactError): void => {
    log.error({ release: release.id, code: failure.code, facts: failure.facts }, failure.message);
    update({
      release: { id: release.id, config: release.config, phase: { state: 'refused', error: reportedError(failure) } },
    });
  };

  const runner = latestWins(run);
  return {
    get state() {
      return state;
    },
    submit: (document) => runner.submit(document),
    stop: () => runner.stop(),
  };
}

function phaseOf(state: ModuleState): string | undefined {
  return state.release?.phase.state;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
