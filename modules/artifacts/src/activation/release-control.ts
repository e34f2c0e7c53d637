import type { Log } from '@companion/edge';
import { backoffMs } from '@companion/foundation';
import type { Clock } from '../core/clock.ts';
import { readSavedState, saveState } from './control-store.ts';
import { asArtifactError } from '../core/failure.ts';
import { failPoint } from '../core/fail-point.ts';
import { initialControl, stepControl, targetOf, type ControlInput } from '../domain/control.ts';
import type { ActivateSpec } from '../domain/desired.ts';
import { readRelease } from '../release/read-release.ts';
import { switchLinkDurably } from '../volume/durable.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { readCurrent } from '../volume/open-volume.ts';
import type { Activator } from './activators/activator.ts';
import { initialView, problemOf, type ControlView } from './control-view.ts';
import { createActivator } from './activators/registry.ts';
import { giveUpReason } from '../domain/give-up-reason.ts';
import { watchRelease, type Seen } from './watch-release.ts';

/** Makes DeepStream run releases, and sees to it that what runs is healthy or goes back. It needs no twin for that. */
export interface ReleaseControl {
  readonly view: ControlView;
  /** Goes on with what a cut interrupted; call once, first. */
  start(): Promise<void>;
  /** Moves to a published release. Another spec for the same release takes effect without touching DeepStream. */
  activate(release: string, spec: ActivateSpec): Promise<void>;
  /** Puts one input into the state machine; false where it changed nothing. */
  put(input: ControlInput): Promise<boolean>;
  /** Starts DeepStream again on what it runs. */
  restart(): Promise<void>;
  /** A message came in at the `health` input. */
  messageSeen(): void;
  stop(): Promise<void>;
}

interface ReleaseControlOptions {
  readonly layout: VolumeLayout;
  readonly clock: Clock;
  readonly log: Log;
  readonly onView: (view: ControlView) => void;
}

const retry = { baseMs: 1_000, capMs: 60_000 };

/** Creates the control of a volume's releases; see `plan/control.ts` for what it promises. */
export function createReleaseControl({ layout, clock, log, onView }: ReleaseControlOptions): ReleaseControl {
  let view: ControlView = initialView;
  let spec: ActivateSpec | undefined;
  let messages = 0;
  let turn: Promise<unknown> = Promise.resolve();
  let drive: { readonly controller: AbortController; readonly ended: Promise<void> } | undefined;
  let stopped = false;

  const show = (change: Partial<ControlView>): void => {
    view = { ...view, ...change };
    onView(view);
  };

  /** Saved before it counts: nothing is done that a restart would not know of. */
  const apply = async (input: ControlInput): Promise<boolean> => {
    const before = view.control;
    const control = stepControl(before, input);
    if (control === before) return false;
    await saveState(layout, { control, spec });
    const { activation, active } = control;
    if (activation.phase !== before.activation.phase || targetOf(control) !== targetOf(before)) {
      log.info({ phase: activation.phase, release: targetOf(control), active }, `release control: ${input.type}`);
    }
    show({ control, ...(targetOf(control) === targetOf(before) ? {} : { health: undefined, hint: undefined }) });
    return true;
  };

  /** Makes link and DeepStream what the control says. */
  const place = async (target: string, activator: Activator, signal: AbortSignal): Promise<boolean> => {
    const release = await readRelease(layout, target);
    if (release === undefined) {
      await apply({
        type: 'gave-up',
        code: 'RELEASE_LOST',
        message: `release ${target} is not on the volume any more`,
      });
      return false;
    }
    const { activation } = view.control;
    const toTell = 'told' in activation && !activation.told;
    const current = await readCurrent(layout);
    if (toTell || current !== target) await activator.prepare(release);
    failPoint('activation-prepared');
    if (current !== target) {
      await switchLinkDurably(layout.current, `releases/${target}`);
      show({ current: target });
      log.info({ release: target, before: current }, 'current switched');
      failPoint('current-switched');
      failPoint(`current-switched-${activation.phase}`);
    }
    if (toTell) {
      await activator.tell(release, signal);
      failPoint('activation-told');
      await apply({ type: 'told' });
    }
    if (!activator.watches || release.config === undefined) {
      await apply({ type: 'healthy' });
      return false;
    }
    return true;
  };

  /** Tells what was seen of DeepStream on the target; false once the control has another target or something to tell it. */
  const judge = async (target: string, by: ActivateSpec, { health, hint, exitCode }: Seen): Promise<boolean> => {
    if (health.state !== view.health?.state) log.info({ release: target, exitCode }, `DeepStream is ${health.state}`);
    if (health !== view.health || hint !== view.hint || view.problem !== undefined) {
      show({ health, hint, problem: undefined });
    }
    if (health.state === 'running') await apply({ type: 'healthy' });
    if (health.state === 'failed') {
      await apply({ type: 'gave-up', code: 'UNHEALTHY', message: giveUpReason(health, by) });
    }
    const { activation } = view.control;
    return targetOf(view.control) === target && (!('told' in activation) || activation.told);
  };

  const run = async (signal: AbortSignal): Promise<void> => {
    for (let failures = 0; ;) {
      const target = targetOf(view.control);
      if (target === undefined || spec === undefined) return;
      try {
        const by = spec;
        const activator = createActivator(by, layout);
        const watched = await place(target, activator, signal);
        failures = 0;
        if (view.problem !== undefined) show({ problem: undefined });
        if (watched) {
          await watchRelease({
            release: target,
            spec: by,
            activator,
            health: view.health,
            messages: () => messages,
            onSeen: (seen) => judge(target, by, seen),
            onBlind: (reason) => show({ problem: problemOf(reason) }),
            clock,
            signal,
          });
        } else if (targetOf(view.control) === target) return;
      } catch (error) {
        signal.throwIfAborted();
        failures += 1;
        const problem = problemOf(error);
        log.error({ release: target, code: problem.code, facts: problem.facts }, problem.message);
        show({ problem });
        await clock.delay(backoffMs(failures, { ...retry, random: Math.random }), signal);
      }
    }
  };

  const halt = async (): Promise<void> => {
    drive?.controller.abort();
    await drive?.ended;
    drive = undefined;
  };
  const go = (): void => {
    if (stopped) return;
    const controller = new AbortController();
    const ended = run(controller.signal).catch((error: unknown) => {
      if (!controller.signal.aborted) throw error;
    });
    drive = { controller, ended };
  };
  /** One at a time, with nothing being driven meanwhile. */
  const exclusively = <T>(work: () => Promise<T>): Promise<T> => {
    const result = turn.then(async () => {
      await halt();
      try {
        return await work();
      } finally {
        go();
      }
    });
    turn = result.catch(() => undefined);
    return result;
  };

  return {
    get view() {
      return view;
    },
    start: () =>
      exclusively(async () => {
        const saved = await readSavedState(layout);
        spec = saved?.spec;
        const current = await readCurrent(layout);
        view = { ...view, control: saved?.control ?? initialControl, current };
        const input = { type: 'started', current } as const;
        await apply(input).catch((error: unknown) => {
          if (asArtifactError(error).code !== 'DISK_FULL') throw error;
          // Room comes from what a module that works collects: a full disk must not keep it from starting.
          log.error({ code: 'DISK_FULL' }, 'this start is not counted: the disk is full');
          view = { ...view, control: stepControl(view.control, input) };
        });
        onView(view);
      }),
    async activate(release, by) {
      const same = JSON.stringify(by) === JSON.stringify(spec);
      if (same && stepControl(view.control, { type: 'activate', release }) === view.control) return;
      await exclusively(async () => {
        const before = spec;
        spec = by;
        try {
          if (!(await apply({ type: 'activate', release }))) await saveState(layout, { control: view.control, spec });
        } catch (error) {
          // Not taken, so that the next try saves it.
          spec = before;
          throw error;
        }
      });
    },
    put: async (input) => {
      if (stepControl(view.control, input) === view.control) return false;
      return exclusively(() => apply(input));
    },
    async restart() {
      if (spec === undefined) return;
      await createActivator(spec, layout).restart(new AbortController().signal);
    },
    messageSeen: () => void (messages += 1),
    async stop() {
      stopped = true;
      await turn;
      await halt();
    },
  };
}
