/**
 * Which release DeepStream is to run, through activation, health and rollback. Pure; saved as `state.json` after every
 * step, so that a power cut at any moment goes on with the same state.
 *
 *   none ──activate──▶ trying ──healthy──▶ steady ──activate──▶ trying
 *                        │ gave-up                │ rollback (operator)
 *                        ├─ a proven release ──▶ returning ◀┘
 *                        └─ none ──▶ stuck          │ healthy ──▶ steady
 *                                                   └ gave-up ──▶ stuck ──healthy──▶ steady
 *   returning, stuck ──activate another──▶ trying
 *
 * What is to be done follows from the state alone: `current` names `targetOf(control)`, DeepStream is told of it until
 * `told`, then its health is watched.
 *
 * Invariants:
 * - `active` is a release that was healthy; only `healthy` puts one there.
 * - A way back always leads to a proven release, and is taken once: when that fails too, nothing moves until somebody
 *   asks for another release (or this one lives after all). No sequence of `gave-up` alone goes on for ever.
 * - A rejected release never becomes the target, until it is forgiven or was the only one there is.
 */
export interface Control {
  /** The release last proven healthy. */
  readonly active: string | undefined;
  /** The one proven before that. */
  readonly previous: string | undefined;
  /** Releases that are not tried again, newest last. An id is a digest of what a release holds: another definition is another id. */
  readonly rejected: readonly Rejection[];
  readonly activation: Activation;
}

/** Why a release is not tried again. */
export interface Rejection {
  readonly id: string;
  readonly code: string;
  /** One line for people. */
  readonly message: string;
  /** What DeepStream wrote last that says why; missing where that was not seen. */
  readonly output?: readonly string[];
}

/** Where the control stands; `told` is true once DeepStream was made to take the release. */
export type Activation =
  | { readonly phase: 'none' }
  | { readonly phase: 'steady' }
  | { readonly phase: 'trying'; readonly release: string; readonly told: boolean; readonly starts: number }
  | { readonly phase: 'returning'; readonly release: string; readonly told: boolean; readonly failed: string }
  | { readonly phase: 'stuck'; readonly release: string; readonly told: boolean; readonly failed: string };

/** What moves the control. */
export type ControlInput =
  /** The twin wants this release and it may run now. */
  | { readonly type: 'activate'; readonly release: string }
  | { readonly type: 'told' }
  | { readonly type: 'healthy' }
  | ({ readonly type: 'gave-up' } & Omit<Rejection, 'id'>)
  /** The operator wants the one before. */
  | { readonly type: 'rollback' }
  /** It can't be made ready, or must not be run. */
  | { readonly type: 'reject'; readonly rejection: Rejection }
  | { readonly type: 'forgive'; readonly release: string }
  /** The module has started; `current` is what the link names. */
  | { readonly type: 'started'; readonly current: string | undefined };

/** The control of an empty volume. */
export const initialControl: Control = {
  active: undefined,
  previous: undefined,
  rejected: [],
  activation: { phase: 'none' },
};

/** A release that takes the whole device down with it never gets to fail its health check: so many starts are enough. */
export const maxStarts = 5;
/** Old rejections make room for new ones; whoever asks for such an old release again may try it again. */
const maxRejected = 32;

/** The release that is to be current, or undefined while nothing was ever activated. */
export function targetOf({ active, activation }: Control): string | undefined {
  switch (activation.phase) {
    case 'none':
      return undefined;
    case 'steady':
      return active;
    case 'trying':
    case 'returning':
    case 'stuck':
      return activation.release;
  }
}

/** Ids that must not be collected. */
export function keptReleases(control: Control): ReadonlySet<string> {
  const ids = [control.active, control.previous, targetOf(control)];
  return new Set(ids.filter((id) => id !== undefined));
}

/** Why a release is not tried, or undefined where it may be. */
export function rejectionOf(control: Control, release: string): Rejection | undefined {
  return control.rejected.find(({ id }) => id === release);
}

/** Moves the control on; returns the very same object where nothing changes. */
export function stepControl(control: Control, input: ControlInput): Control {
  const { activation } = control;
  switch (input.type) {
    case 'activate':
      if (targetOf(control) === input.release || rejectionOf(control, input.release) !== undefined) return control;
      return { ...control, activation: { phase: 'trying', release: input.release, told: false, starts: 0 } };
    case 'told':
      if (!('told' in activation) || activation.told) return control;
      return { ...control, activation: { ...activation, told: true } };
    case 'healthy':
      return proven(control);
    case 'gave-up':
      return gaveUp(control, input);
    case 'rollback':
      return rolledBack(control);
    case 'reject':
      return rejecting(control, input.rejection);
    case 'forgive': {
      const rejected = control.rejected.filter(({ id }) => id !== input.release);
      return rejected.length === control.rejected.length ? control : { ...control, rejected };
    }
    case 'started': {
      if (activation.phase === 'trying') {
        const tried = { ...control, activation: { ...activation, starts: activation.starts + 1 } };
        if (tried.activation.starts <= maxStarts) return tried;
        const message = `the device restarted ${maxStarts} times before it was healthy`;
        return gaveUp(tried, { code: 'RESTARTED_TOO_OFTEN', message });
      }
      if (activation.phase !== 'none' || input.current === undefined) return control;
      // A volume without a state: what is current may be running, but nobody knows how well.
      return { ...control, activation: { phase: 'trying', release: input.current, told: true, starts: 0 } };
    }
  }
}

function proven(control: Control): Control {
  const { activation, active } = control;
  if (activation.phase === 'none' || activation.phase === 'steady') return control;
  const { release } = activation;
  return {
    active: release,
    previous: active === release ? control.previous : active,
    rejected: control.rejected.filter(({ id }) => id !== release),
    activation: { phase: 'steady' },
  };
}

function gaveUp(control: Control, { code, message, output }: Omit<Rejection, 'id'>): Control {
  const { activation, active } = control;
  switch (activation.phase) {
    case 'none':
    case 'steady':
    case 'stuck':
      return control;
    case 'trying': {
      const { release, told } = activation;
      if (active === undefined || active === release) {
        return { ...control, activation: { phase: 'stuck', release, told, failed: release } };
      }
      const without = rejecting(control, { id: release, code, message, ...(output === undefined ? {} : { output }) });
      return { ...without, activation: { phase: 'returning', release: active, told: false, failed: release } };
    }
    case 'returning': {
      const { release, told, failed } = activation;
      return { ...control, activation: { phase: 'stuck', release, told, failed } };
    }
  }
}

function rolledBack(control: Control): Control {
  const { activation, active, previous } = control;
  const message = 'the operator went back to the release before';
  if (activation.phase === 'trying') {
    return active === undefined || active === activation.release
      ? control
      : gaveUp(control, { code: 'ROLLED_BACK', message });
  }
  if (activation.phase !== 'steady' || active === undefined || previous === undefined) return control;
  const without = rejecting(control, { id: active, code: 'ROLLED_BACK', message });
  return {
    ...without,
    active: previous,
    previous: undefined,
    activation: { phase: 'returning', release: previous, told: false, failed: active },
  };
}

function rejecting(control: Control, rejection: Rejection): Control {
  const others = control.rejected.filter(({ id }) => id !== rejection.id);
  return { ...control, rejected: [...others, rejection].slice(-maxRejected) };
}
