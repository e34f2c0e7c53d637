import type { Log } from '@companion/edge';
import { backoffMs, delay, formatDiagnostic, type Clock } from '@companion/foundation';
import { asArtifactError } from '../core/artifact-error.ts';
import { failPoint } from '../core/fail-point.ts';
import { shownError } from '../core/shown-error.ts';
import { stepControl, targetOf, type ControlInput } from '../domain/control.ts';
import type { ActivateSpec } from '../domain/desired.ts';
import { giveUpReason } from '../domain/give-up-reason.ts';
import { readCurrent, switchCurrent } from '../release/published.ts';
import { readRelease } from '../release/read-release.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import type { Activator } from './activators/activator.ts';
import { createActivator } from './activators/registry.ts';
import { ControlStore } from './control-store.ts';
import { initialView, type ControlView } from './control-view.ts';
import { Supervision, watchRelease, type Seen } from './watch-release.ts';

interface ReleaseControlOptions {
  readonly layout: VolumeLayout;
  readonly clock: Clock;
  /** 0 up to 1, for pauses between tries. */
  readonly random: () => number;
  readonly log: Log;
  readonly onView: (view: ControlView) => void;
}

const retry = { baseMs: 1_000, capMs: 60_000 };

/**
 * Makes DeepStream run releases, and sees to it that what runs is healthy or goes back; it needs no twin for that. See
 * domain/control.ts for what it promises.
 */
export class ReleaseControl {
  readonly #options: ReleaseControlOptions;
  readonly #store: ControlStore;
  #view: ControlView = initialView;
  /** Messages at the `health` input since the start. */
  #messages = 0;
  /** For how long DeepStream could have run. */
  readonly #supervision = new Supervision();
  /** Changes of the control, one after the other. */
  #turn: Promise<unknown> = Promise.resolve();
  /** What drives DeepStream to the target while nothing changes. */
  #drive: { readonly controller: AbortController; readonly ended: Promise<void> } | undefined;
  #stopped = false;
  /** After a switch that failed, the disk may hold the link before or the new one, whatever reading it shows. */
  #linkInDoubt = false;

  constructor(options: ReleaseControlOptions) {
    this.#options = options;
    this.#store = new ControlStore(options.layout);
  }

  get view(): ControlView {
    return this.#view;
  }

  /** Goes on with what a cut interrupted; call once, first. */
  async start(): Promise<void> {
    const { layout, log } = this.#options;
    await this.#exclusively(async () => {
      await this.#store.load();
      for (const finding of this.#store.findings) log.warn({ code: finding.code }, formatDiagnostic(finding));
      const current = await readCurrent(layout);
      const input = { type: 'started', current } as const;
      this.#show({ control: this.#store.control, current, stateFindings: this.#store.findings });
      try {
        await this.#put(input);
      } catch (error) {
        if (asArtifactError(error).code !== 'DISK_FULL') throw error;
        // Room comes from what a module that works collects: a full disk must not keep it from starting.
        log.error({ code: 'DISK_FULL' }, 'this start is not counted: the disk is full');
        this.#store.adopt(input);
        this.#show({ control: this.#store.control });
      }
    });
  }

  /** Moves to a published release. Another spec for the same release takes effect without touching DeepStream. */
  async activate(release: string, spec: ActivateSpec): Promise<void> {
    if (!this.#store.differs(release, spec)) return;
    await this.#exclusively(() => this.#change('activate', () => this.#store.activate(release, spec)));
  }

  /** Puts one input into the state machine; false where it changed nothing. */
  async put(input: ControlInput): Promise<boolean> {
    if (stepControl(this.#store.control, input) === this.#store.control) return false;
    return this.#exclusively(() => this.#put(input));
  }

  /** Starts DeepStream again on what it runs. */
  async restart(): Promise<void> {
    const { spec } = this.#store;
    if (spec !== undefined) await createActivator(spec, this.#options.layout).restart(new AbortController().signal);
  }

  /** A message came in at the `health` input. */
  messageSeen(): void {
    this.#messages += 1;
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#turn;
    await this.#halt();
  }

  /** One at a time, with nothing being driven meanwhile. */
  #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(async () => {
      await this.#halt();
      try {
        return await work();
      } finally {
        this.#go();
      }
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  async #halt(): Promise<void> {
    this.#drive?.controller.abort();
    await this.#drive?.ended;
    this.#drive = undefined;
  }

  #go(): void {
    if (this.#stopped) return;
    const controller = new AbortController();
    const ended = this.#run(controller.signal).catch((error: unknown) => {
      if (!controller.signal.aborted) throw error;
    });
    this.#drive = { controller, ended };
  }

  #show(change: Partial<ControlView>): void {
    this.#view = { ...this.#view, ...change };
    this.#options.onView(this.#view);
  }

  #put(input: ControlInput): Promise<boolean> {
    return this.#change(input.type, () => this.#store.put(input));
  }

  /** Does something to the store, and shows and logs what became of the control. */
  async #change<T>(what: ControlInput['type'], work: () => Promise<T>): Promise<T> {
    const before = this.#store.control;
    const result = await work();
    const { control, findings } = this.#store;
    if (control === before) return result;
    const { activation, active } = control;
    const moved = targetOf(control) !== targetOf(before);
    if (activation.phase !== before.activation.phase || moved) {
      this.#options.log.info(
        { phase: activation.phase, release: targetOf(control), active },
        `release control: ${what}`,
      );
    }
    this.#show({ control, stateFindings: findings, ...(moved ? { health: undefined, hint: undefined } : {}) });
    return result;
  }

  /** Drives DeepStream to the target, and whatever the target becomes by that; ends where nothing is left to do or see. */
  async #run(signal: AbortSignal): Promise<void> {
    const { layout, clock, random, log } = this.#options;
    for (let failures = 0; ;) {
      const target = targetOf(this.#store.control);
      const { spec } = this.#store;
      if (target === undefined || spec === undefined) return;
      try {
        const activator = createActivator(spec, layout);
        const watched = await this.#place(target, activator, signal);
        failures = 0;
        if (this.#view.problem !== undefined) this.#show({ problem: undefined });
        if (watched) await this.#watch(target, spec, activator, signal);
        else if (targetOf(this.#store.control) === target) return;
      } catch (error) {
        signal.throwIfAborted();
        failures += 1;
        const problem = shownError(error, 'ACTIVATION_FAILED');
        log.error({ release: target, code: problem.code, facts: problem.facts }, problem.message);
        this.#show({ problem });
        await delay(clock, backoffMs(failures, { ...retry, random }), signal);
      }
    }
  }

  /** Makes link and DeepStream what the control says; true where its health can be watched then. */
  async #place(target: string, activator: Activator, signal: AbortSignal): Promise<boolean> {
    const { layout } = this.#options;
    await this.#store.settle();
    const release = await readRelease(layout, target);
    if (release === undefined) {
      const message = `release ${target} is not on the volume any more`;
      await this.#put({ type: 'gave-up', code: 'RELEASE_LOST', message });
      return false;
    }
    const { activation } = this.#store.control;
    const toNotify = 'told' in activation && !activation.told;
    const current = await readCurrent(layout);
    if (toNotify || current !== target) await activator.prepare(release);
    failPoint('activation-prepared');
    if (current !== target || this.#linkInDoubt) {
      await this.#switch(target);
      failPoint(`current-switched-${activation.phase}`);
    }
    if (toNotify) {
      await activator.notify(release, signal);
      failPoint('activation-told');
      await this.#put({ type: 'told' });
    }
    if (activator.watches && release.config !== undefined) return true;
    await this.#put({ type: 'healthy' });
    return false;
  }

  #noteRestored(message: string): void {
    const finding = { severity: 'warning', code: 'CURRENT_RESTORED', at: { file: 'current' }, message } as const;
    this.#options.log.warn({ code: finding.code }, formatDiagnostic(finding));
    const others = this.#view.stateFindings.filter(({ code }) => code !== finding.code);
    this.#show({ stateFindings: [...others, finding] });
  }

  async #switch(target: string): Promise<void> {
    const { layout, log } = this.#options;
    const before = this.#view.current;
    this.#linkInDoubt = true;
    try {
      await switchCurrent(layout, target);
      this.#linkInDoubt = false;
    } finally {
      const current = await readCurrent(layout);
      if (current !== before) this.#show({ current });
    }
    log.info({ release: target, before }, 'current switched');
    failPoint('current-switched');
  }

  /** Follows DeepStream on the target until the control has another target or something to notify it of. */
  async #watch(release: string, spec: ActivateSpec, activator: Activator, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const { health } = this.#view;
    const messages = (): number => this.#messages;
    const supervision = this.#supervision;
    for await (const seen of watchRelease({
      release,
      spec,
      activator,
      health,
      messages,
      supervision,
      clock,
      signal,
    })) {
      if (seen.kind === 'blind') {
        this.#show({ problem: shownError(seen.reason, 'ACTIVATION_FAILED') });
        continue;
      }
      await this.#judge(release, spec, seen, activator);
      // Removed or switched by somebody else: it is made again, and said.
      if ((await readCurrent(this.#options.layout)) !== release && targetOf(this.#store.control) === release) {
        this.#noteRestored(`was removed or switched by something else: it names release ${release} again`);
        return;
      }
      const { activation } = this.#store.control;
      const settled = !('told' in activation) || activation.told;
      if (targetOf(this.#store.control) !== release || !settled) return;
    }
  }

  async #judge(
    release: string,
    spec: ActivateSpec,
    seen: Extract<Seen, { kind: 'seen' }>,
    activator: Activator,
  ): Promise<void> {
    const { health, hint, exitCode } = seen;
    if (health.state !== this.#view.health?.state) {
      this.#options.log.info({ release, exitCode }, `DeepStream is ${health.state}`);
    }
    if (health !== this.#view.health || hint !== this.#view.hint || this.#view.problem !== undefined) {
      this.#show({ health, hint, problem: undefined });
    }
    if (health.state === 'running') await this.#put({ type: 'healthy' });
    if (health.state === 'failed') {
      const output = (await activator.trouble?.(release)) ?? [];
      const said = output.length > 0 ? { output } : {};
      await this.#put({ type: 'gave-up', code: 'UNHEALTHY', message: giveUpReason(health, spec), ...said });
    }
  }
}
