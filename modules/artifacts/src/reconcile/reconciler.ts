import { LatestWins, type DesiredDocument, type Log } from '@companion/edge';
import { backoffMs, delay, formatDiagnostic, type Clock } from '@companion/foundation';
import { sha256 } from '@companion/foundation/node';
import type { ControlView } from '../activation/control-view.ts';
import { ReleaseControl } from '../activation/release-control.ts';
import { asArtifactError, isDiskFull, type ArtifactError } from '../core/artifact-error.ts';
import { shownError } from '../core/shown-error.ts';
import { rejectionOf, targetOf, type Rejection } from '../domain/control.ts';
import { parseDesired, type DesiredState } from '../domain/desired.ts';
import { defineRelease, type Release } from '../domain/release.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { diskFullError } from '../volume/space.ts';
import type { Undeletable } from '../volume/undeletable.ts';
import { Scrubber, type Verified } from '../store/scrubber.ts';
import { progressAtStart, withProgress } from './artifact-progress.ts';
import { initialState, type ModuleState, type Preparation } from './module-state.ts';
import { ReleasePreparer, type Downloads, type Needed } from './release-preparer.ts';
import { waitForWindow } from './wait-for-window.ts';

interface ReconcilerOptions {
  readonly layout: VolumeLayout;
  readonly undeletable: Undeletable;
  /** Its time of day decides about windows; the device may still have to learn it. */
  readonly clock: Clock;
  /** 0 up to 1, for pauses between tries. */
  readonly random: () => number;
  readonly downloads: Downloads;
  readonly log: Log;
  readonly onState: (state: ModuleState) => void;
}

/** What a call of `activateNow` will do. */
export type ActivationAnswer =
  | { readonly kind: 'nothing-wanted' }
  /** It is not tried again before somebody forgives it. */
  | { readonly kind: 'rejected'; readonly rejection: Rejection }
  /** It is current already, and nothing more can be done for it. */
  | { readonly kind: 'current'; readonly release: string; readonly proven: boolean }
  | { readonly kind: 'activating'; readonly release: string };

/** Pauses between passes that failed: full jitter, so that a fleet does not come back to a server in step. */
const retry = { baseMs: 2_000, capMs: 300_000 };

/**
 * Makes the volume look as the newest desired document says. Every pass is the same: observe, compare, act; a restart
 * anywhere converges.
 */
export class Reconciler {
  readonly releases: ReleaseControl;
  readonly #options: ReconcilerOptions;
  readonly #preparer: ReleasePreparer;
  readonly #scrubber: Scrubber;
  /** Runs the pass of the newest document, and aborts that of an older one. */
  readonly #runner: LatestWins<DesiredDocument>;
  #state: ModuleState = initialState;
  #newest: DesiredDocument | undefined;
  /** What the newest valid document asks for. */
  #lastGood: DesiredState | undefined;
  /** The release that an operator let pass by the window. */
  #urgent: string | undefined;

  constructor(options: ReconcilerOptions) {
    const { layout, clock, random, log } = options;
    this.#options = options;
    this.#preparer = new ReleasePreparer(options);
    this.releases = new ReleaseControl({ layout, clock, random, log, onView: (view) => this.#takeView(view) });
    this.#scrubber = new Scrubber({
      layout,
      clock,
      log,
      bytesPerSec: () => this.#lastGood?.policy.scrubBytesPerSec ?? 0,
      onDamage: () => void this.refresh(),
    });
    this.#runner = new LatestWins({
      run: (document, signal) => this.#pass(document, signal),
      onError: (error) => log.error({ err: error }, 'the pass ended without being done'),
    });
  }

  get state(): ModuleState {
    return this.#state;
  }

  /** Goes on with what a cut interrupted; call once, before the first document. */
  async start(): Promise<void> {
    await this.releases.start();
    this.#scrubber.start();
  }

  /** Reads the whole store again, and mends what is damaged. */
  verify(): Promise<Verified> {
    return this.#scrubber.verify();
  }

  /** A newer document aborts the pass of an older one. */
  submit(document: DesiredDocument): void {
    this.#newest = document;
    this.#runner.submit(document);
  }

  /** Does the newest document's pass again, now: no pause between tries is waited for. False before the first document. */
  refresh(): boolean {
    if (this.#newest === undefined) return false;
    this.#runner.submit(this.#newest);
    return true;
  }

  /**
   * Lets the wanted release run now, outside the window too, and again if it was rejected and `retry` is set. Answers what
   * that will do.
   */
  async activateNow({ retry: again }: { readonly retry: boolean }): Promise<ActivationAnswer> {
    const id = this.#state.wanted?.id;
    if (id === undefined || this.#newest === undefined) return { kind: 'nothing-wanted' };
    if (again) await this.releases.put({ type: 'forgive', release: id });
    const { control } = this.releases.view;
    const rejection = rejectionOf(control, id);
    if (rejection !== undefined) return { kind: 'rejected', rejection };
    const { phase } = control.activation;
    if (targetOf(control) === id && (phase === 'steady' || phase === 'stuck')) {
      return { kind: 'current', release: id, proven: phase === 'steady' };
    }
    this.#urgent = id;
    this.#runner.submit(this.#newest);
    return { kind: 'activating', release: id };
  }

  /** Removes what no kept release and no twin needs; bytes freed. */
  prune(): Promise<number> {
    return this.#preparer.collect(this.#needed());
  }

  async stop(): Promise<void> {
    await this.#scrubber.stop();
    await this.#runner.stop();
    await this.releases.stop();
    await this.#preparer.settle();
  }

  #update(change: Partial<ModuleState>): void {
    this.#state = { ...this.#state, ...change };
    this.#options.onState(this.#state);
  }

  #takeView(view: ControlView): void {
    const before = this.#state.releases.control.activation.phase;
    this.#update({ releases: view });
    if (before === 'steady' || view.control.activation.phase !== 'steady' || this.#lastGood === undefined) return;
    // What was kept only to go back to is not needed any more.
    this.prune().catch((error: unknown) =>
      this.#options.log.warn({ err: error }, 'garbage could not be collected and is collected later'),
    );
  }

  async #pass({ version, properties, wentBackFrom }: DesiredDocument, signal: AbortSignal): Promise<void> {
    const { log } = this.#options;
    const desired = parseDesired(properties);
    const judged = { desiredVersion: version, wentBackFrom };
    switch (desired.kind) {
      case 'unmanaged':
        this.#lastGood = undefined;
        log.info({ version }, 'the twin names no artifacts: nothing is managed, nothing is touched');
        this.#update({ ...judged, twin: 'unmanaged', findings: [], artifacts: {}, wanted: undefined });
        return;
      case 'invalid':
        log.error(
          { version, findings: desired.findings.map(formatDiagnostic) },
          'the twin has mistakes: the last good state is kept',
        );
        this.#update({ ...judged, twin: 'invalid', findings: desired.findings });
        if (this.#lastGood !== undefined) await this.#converge(this.#lastGood, {}, signal);
        return;
      case 'managed':
        this.#lastGood = desired.state;
        await this.#converge(desired.state, { ...judged, twin: 'managed', findings: [] }, signal);
        return;
    }
  }

  /** `answered` goes out together with the release that the twin asks for: who waits for a version must not see an older release with it. */
  async #converge(desired: DesiredState, answered: Partial<ModuleState>, signal: AbortSignal): Promise<void> {
    const release = defineRelease(desired, sha256);
    this.#begin(desired, release, answered);
    if (rejectionOf(this.releases.view.control, release.id) !== undefined) {
      this.#options.log.info({ release: release.id }, 'this release was rejected before and is not tried again');
      return;
    }
    if (!(await this.#prepare(desired, release, signal))) return;
    await this.#waitForWindow(desired, release, signal);
    signal.throwIfAborted();
    this.#prepared({ state: 'ready' });
    await this.#untilDone(signal, () => this.releases.activate(release.id, desired.activate));
  }

  #begin(desired: DesiredState, { id, config }: Release, answered: Partial<ModuleState>): void {
    if (this.#state.wanted?.id !== id) {
      const artifacts = desired.artifacts.length;
      this.#options.log.info({ release: id, config, artifacts }, 'the twin asks for a release');
    }
    this.#update({
      ...answered,
      artifacts: progressAtStart(this.#state.artifacts, desired.artifacts),
      wanted: { id, config, preparation: { state: 'preparing' } },
    });
  }

  /** True once the release is published; false where no pause would help. */
  async #prepare(desired: DesiredState, release: Release, signal: AbortSignal): Promise<boolean> {
    for (let failures = 1; ; failures++) {
      try {
        const { mendedInUse } = await this.#preparer.prepare({
          desired,
          release,
          signal,
          needed: () => this.#needed(),
          onDamage: (damage) => {
            if (damage.length > 0 || (this.#state.damage ?? []).length > 0) this.#update({ damage });
          },
          onArtifact: (content, change) => {
            const artifacts = withProgress(this.#state.artifacts, content, change);
            if (artifacts !== this.#state.artifacts) this.#update({ artifacts });
          },
        });
        if (mendedInUse && this.releases.view.current === release.id) {
          this.#options.log.info({ release: release.id }, 'DeepStream is restarted: what it has open was damaged');
          await this.releases.restart();
        }
        return true;
      } catch (error) {
        signal.throwIfAborted();
        const failure = this.#refused(error);
        if (!failure.retryable) {
          const { code, message } = failure;
          const rejection = { id: release.id, code, message };
          await this.#untilDone(signal, () => this.releases.put({ type: 'reject', rejection }));
          return false;
        }
        await this.#pause(failure, failures, signal);
      }
    }
  }

  async #waitForWindow({ policy }: DesiredState, release: Release, signal: AbortSignal): Promise<void> {
    const { window } = policy;
    if (window === undefined) return;
    const { clock, log } = this.#options;
    const applies = (): boolean => {
      const { control } = this.releases.view;
      // Where nothing was ever proven, nothing is interrupted.
      return control.active !== undefined && targetOf(control) !== release.id && this.#urgent !== release.id;
    };
    for await (const { waitMs, untilMs } of waitForWindow({ window, applies, clock, signal })) {
      if (this.#state.wanted?.preparation.state === 'waiting') continue;
      log.info({ release: release.id, waitMs }, 'ready; waiting for the window');
      this.#prepared({ state: 'waiting', untilMs });
    }
  }

  /** What the volume refuses now it may take later: a pass that gave up would leave the twin waiting for ever. */
  async #untilDone(signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
    const before = this.#state.wanted?.preparation;
    for (let failures = 1; ; failures++) {
      try {
        await work();
        return;
      } catch (error) {
        signal.throwIfAborted();
        const failure = this.#refused(error);
        await this.#pause(failure, failures, signal);
        if (before !== undefined) this.#prepared(before);
      }
    }
  }

  async #pause(failure: ArtifactError, failures: number, signal: AbortSignal): Promise<void> {
    if (failure.code === 'DISK_FULL' && (await this.prune().catch(() => 0)) > 0) return;
    const { clock, random, log } = this.#options;
    const pauseMs = Math.max(backoffMs(failures, { ...retry, random }), failure.retryAfterMs ?? 0);
    log.info({ code: failure.code, pauseMs }, 'trying again after a pause');
    await delay(clock, pauseMs, signal);
  }

  #prepared(preparation: Preparation): void {
    const { wanted } = this.#state;
    if (wanted !== undefined) this.#update({ wanted: { ...wanted, preparation } });
  }

  #refused(error: unknown): ArtifactError {
    // Of a publication or a save; a download has said it already.
    const full = isDiskFull(error) ? diskFullError(this.#options.layout.root, 'the release', error) : error;
    const failure = asArtifactError(full);
    const { code, facts, message } = failure;
    this.#options.log.error({ release: this.#state.wanted?.id, code, facts }, message);
    this.#prepared({ state: 'refused', error: shownError(failure) });
    return failure;
  }

  #needed(): Needed {
    const { wanted, artifacts } = this.#state;
    return {
      control: this.releases.view.control,
      wantedRelease: wanted?.id,
      wantedDigests: [...(this.#lastGood?.artifacts ?? []), ...Object.values(artifacts)].map((one) => one.sha256),
      keepReleases: this.#lastGood?.policy.keepReleases ?? Number.POSITIVE_INFINITY,
    };
  }
}
