import { createHash } from 'node:crypto';
import { LatestWins, type DesiredDocument, type Log } from '@companion/edge';
import { backoffMs } from '@companion/foundation';
import { createReleaseControl, type ReleaseControl } from '../activation/release-control.ts';
import type { ArtifactError } from '../core/artifact-error.ts';
import { progressAtStart, withProgress } from './artifact-progress.ts';
import type { Clock } from '../core/clock.ts';
import { createCredentials } from '../credentials/credentials.ts';
import { defaultFetchPolicy } from '../download/transfer/fetch-policy.ts';
import { asArtifactError, reportedError } from '../core/failure.ts';
import { prepareRelease, type Downloads } from './prepare-release.ts';
import { rejectionOf, targetOf } from '../domain/control.ts';
import { parseDesired, type DesiredState } from '../domain/desired.ts';
import { defineRelease, type Release } from '../domain/release.ts';
import { collectUnused } from '../release/collect-unused.ts';
import { initialState, type ModuleState, type Preparation } from '../report/reported-properties.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { waitForWindow } from './wait-for-window.ts';

/** Makes the volume look as the newest desired document says. */
export interface Reconciler {
  readonly state: ModuleState;
  readonly releases: ReleaseControl;
  /** Goes on with what a cut interrupted; call once, before the first document. */
  start(): Promise<void>;
  /** A newer document aborts the pass of an older one. */
  submit(document: DesiredDocument): void;
  /** Does the newest document's pass again, now: no pause between tries is waited for. False before the first document. */
  refresh(): boolean;
  /** Lets the wanted release run now, outside the window too, and again if it was rejected. Undefined where no release is wanted. */
  activateNow(options: { readonly retry: boolean }): Promise<string | undefined>;
  /** Removes what no kept release and no twin needs; bytes freed. */
  prune(): Promise<number>;
  stop(): Promise<void>;
}

interface ReconcilerOptions {
  readonly layout: VolumeLayout;
  readonly clock: Clock;
  /** Default: straight to the server, without credentials, nothing from files. */
  readonly downloads?: Downloads;
  /** Milliseconds since 1970, for windows; the device may still have to learn the time. */
  readonly wallNowMs?: () => number;
  readonly log: Log;
  readonly onState: (state: ModuleState) => void;
}

/** Pauses between passes that failed: full jitter, so that a fleet does not come back to a server in step. */
const retry = { baseMs: 2_000, capMs: 300_000 };

/** Creates a reconciler. Every pass is the same: observe, compare, act; a restart anywhere converges. */
export function createReconciler(options: ReconcilerOptions): Reconciler {
  const { layout, clock, log, onState, wallNowMs = Date.now, downloads = plainDownloads() } = options;
  let state = initialState;
  let newest: DesiredDocument | undefined;
  let lastGood: DesiredState | undefined;
  /** The release that an operator let pass by the window. */
  let urgent: string | undefined;
  let pruning: Promise<unknown> = Promise.resolve();

  const update = (change: Partial<ModuleState>): void => {
    state = { ...state, ...change };
    onState(state);
  };
  const releases = createReleaseControl({
    layout,
    clock,
    log,
    onView: (view) => {
      const before = state.releases.control.activation.phase;
      update({ releases: view });
      // What was kept only to go back to is not needed any more.
      if (before !== 'steady' && view.control.activation.phase === 'steady' && lastGood !== undefined) tidy();
    },
  });

  const run = async (document: DesiredDocument, signal: AbortSignal): Promise<void> => {
    const desired = parseDesired(document.properties);
    const { version } = document;
    switch (desired.kind) {
      case 'unmanaged':
        lastGood = undefined;
        log.info({ version }, 'the twin names no artifacts: nothing is managed, nothing is touched');
        update({ desiredVersion: version, twin: 'unmanaged', findings: [], artifacts: {}, wanted: undefined });
        return;
      case 'invalid':
        log.error({ version, findings: desired.findings }, 'the twin has mistakes: the last good state is kept');
        update({ desiredVersion: version, twin: 'invalid', findings: desired.findings });
        if (lastGood !== undefined) await converge(lastGood, {}, signal);
        return;
      case 'managed':
        lastGood = desired.state;
        await converge(desired.state, { desiredVersion: version, twin: 'managed', findings: [] }, signal);
        return;
    }
  };

  /** `answered` goes out together with the release that the twin asks for: who waits for a version must not see an older release with it. */
  const converge = async (
    desired: DesiredState,
    answered: Partial<ModuleState>,
    signal: AbortSignal,
  ): Promise<void> => {
    const release = defineRelease(desired, sha256);
    begin(desired, release, answered);
    await pruning;
    if (rejectionOf(releases.view.control, release.id) !== undefined) {
      log.info({ release: release.id }, 'this release was rejected before and is not tried again');
      return;
    }
    if (!(await prepare(desired, release, signal))) return;
    await windowOpens(desired, release, signal);
    signal.throwIfAborted();
    prepared({ state: 'ready' });
    await untilDone(signal, () => releases.activate(release.id, desired.activate));
  };

  /** What the volume refuses now it may take later: a pass that gave up would leave the twin waiting for ever. */
  const untilDone = async (signal: AbortSignal, work: () => Promise<unknown>): Promise<void> => {
    const before = state.wanted?.preparation;
    for (let failures = 1; ; failures++) {
      try {
        await work();
        return;
      } catch (error) {
        signal.throwIfAborted();
        const failure = refused(error);
        await pause(failure, failures, signal);
        if (before !== undefined) prepared(before);
      }
    }
  };

  /** True once the release is published; false where no pause would help. */
  const prepare = async (desired: DesiredState, release: Release, signal: AbortSignal): Promise<boolean> => {
    for (let failures = 1; ; failures++) {
      try {
        await prepareRelease({
          layout,
          desired,
          release,
          clock,
          downloads,
          makeRoom,
          signal,
          log,
          onArtifact(digest, change) {
            const artifacts = withProgress(state.artifacts, digest, change);
            if (artifacts !== state.artifacts) update({ artifacts });
          },
        });
        return true;
      } catch (error) {
        signal.throwIfAborted();
        const failure = refused(error);
        if (!failure.retryable) {
          const { code, message } = failure;
          const rejection = { id: release.id, code, message };
          await untilDone(signal, () => releases.put({ type: 'reject', rejection }));
          return false;
        }
        await pause(failure, failures, signal);
      }
    }
  };

  const pause = async (failure: ArtifactError, failures: number, signal: AbortSignal): Promise<void> => {
    if (failure.code === 'DISK_FULL' && (await prune().catch(() => 0)) > 0) return;
    const pauseMs = Math.max(backoffMs(failures, { ...retry, random: Math.random }), failure.retryAfterMs ?? 0);
    log.info({ code: failure.code, pauseMs }, 'trying again after a pause');
    await clock.delay(pauseMs, signal);
  };

  const windowOpens = async ({ policy }: DesiredState, release: Release, signal: AbortSignal): Promise<void> => {
    const { window } = policy;
    if (window === undefined) return;
    await waitForWindow({
      window,
      applies() {
        const { control } = releases.view;
        // Where nothing was ever proven, nothing is interrupted.
        return control.active !== undefined && targetOf(control) !== release.id && urgent !== release.id;
      },
      onWaiting(waitMs, untilMs) {
        if (state.wanted?.preparation.state === 'waiting') return;
        log.info({ release: release.id, waitMs }, 'ready; waiting for the window');
        prepared({ state: 'waiting', untilMs });
      },
      wallNowMs,
      clock,
      signal,
    });
  };

  const begin = (desired: DesiredState, release: Release, answered: Partial<ModuleState>): void => {
    const { id, config } = release;
    if (state.wanted?.id !== id) {
      log.info({ release: id, config, artifacts: desired.artifacts.length }, 'the twin asks for a release');
    }
    update({
      ...answered,
      artifacts: progressAtStart(state.artifacts, desired.artifacts),
      wanted: { id, config, preparation: { state: 'preparing' } },
    });
  };

  const prepared = (preparation: Preparation): void => {
    if (state.wanted !== undefined) update({ wanted: { ...state.wanted, preparation } });
  };
  const refused = (error: unknown): ArtifactError => {
    const failure = asArtifactError(error);
    log.error({ release: state.wanted?.id, code: failure.code, facts: failure.facts }, failure.message);
    prepared({ state: 'refused', error: reportedError(failure) });
    return failure;
  };

  /** One at a time. What a pass is about to need is known before (`begin`), so a pass only waits for one under way. */
  const prune = (): Promise<number> => {
    const result = pruning.then(() =>
      collectUnused({
        layout,
        control: releases.view.control,
        wantedRelease: state.wanted?.id,
        wantedDigests: [...(lastGood?.artifacts ?? []), ...Object.values(state.artifacts)].map((one) => one.sha256),
        keepReleases: lastGood?.policy.keepReleases ?? Number.POSITIVE_INFINITY,
        nowMs: wallNowMs(),
        log,
      }),
    );
    pruning = result.catch(() => undefined);
    return result;
  };
  const makeRoom = async (): Promise<void> => {
    await prune();
  };
  const tidy = (): void => {
    prune().catch((error: unknown) =>
      log.warn({ err: error }, 'garbage could not be collected and is collected later'),
    );
  };

  const runner = new LatestWins({
    run,
    onError: (error) => log.error({ err: error }, 'the pass ended without being done'),
  });
  return {
    get state() {
      return state;
    },
    releases,
    start: () => releases.start(),
    submit(document) {
      newest = document;
      runner.submit(document);
    },
    refresh() {
      if (newest === undefined) return false;
      runner.submit(newest);
      return true;
    },
    async activateNow(now) {
      const id = state.wanted?.id;
      if (id === undefined || newest === undefined) return undefined;
      urgent = id;
      if (now.retry) await releases.put({ type: 'forgive', release: id });
      runner.submit(newest);
      return id;
    },
    prune,
    async stop() {
      await runner.stop();
      await releases.stop();
      await pruning;
    },
  };
}

function plainDownloads(): Downloads {
  return { policy: defaultFetchPolicy, credentials: createCredentials({ directory: undefined, variables: {} }) };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
