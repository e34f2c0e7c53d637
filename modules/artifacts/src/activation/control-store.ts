import { readFile } from 'node:fs/promises';
import { parseJson } from '@companion/foundation';
import { hasErrno } from '@companion/foundation/node';
import { failPoint } from '../core/fail-point.ts';
import { initialControl, stepControl, type Control, type ControlInput } from '../domain/control.ts';
import type { ActivateSpec } from '../domain/desired.ts';
import { replaceFileDurably } from '../volume/durable.ts';
import { checkPlace } from '../volume/misplaced.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import {
  noUnknownParts,
  parseSavedState,
  stateFormat,
  type SavedState,
  type StateFinding,
  type UnknownParts,
} from './saved-state.ts';

/** Reads `state.json`; undefined where it is not there or not ours: then what is current is looked at as if it were new. */
export async function readSavedState(layout: VolumeLayout): Promise<SavedState | undefined> {
  let text: string;
  try {
    text = await readFile(layout.state, 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    await checkPlace(layout.state, 'file');
    throw error;
  }
  return parseSavedState(parseJson(text));
}

/** The control of a volume's releases and how the last of them is activated, as `state.json` keeps them. */
export class ControlStore {
  readonly #layout: VolumeLayout;
  #control: Control = initialControl;
  #spec: ActivateSpec | undefined;
  /** Parts of the file that this version does not know: kept for the version that wrote them. */
  #unknown: UnknownParts = noUnknownParts;
  #findings: readonly StateFinding[] = [];
  /** After a save that failed, the file may hold the state before or the one that was not taken over. */
  #inDoubt = false;

  constructor(layout: VolumeLayout) {
    this.#layout = layout;
  }

  get control(): Control {
    return this.#control;
  }

  /** How the last release is activated; undefined before the first, and where another version's way is not known. */
  get spec(): ActivateSpec | undefined {
    return this.#spec;
  }

  /** What could not be read of the file. */
  get findings(): readonly StateFinding[] {
    return this.#findings;
  }

  /** Reads the file; false where there is none to go on from. */
  async load(): Promise<boolean> {
    const saved = await readSavedState(this.#layout);
    this.#control = saved?.control ?? initialControl;
    this.#spec = saved?.spec;
    this.#unknown = saved?.unknown ?? noUnknownParts;
    this.#findings = saved?.findings ?? [];
    return saved?.readable ?? false;
  }

  /** Takes an input without saving it, where it may be lost: what it leads to, the next start finds out again. */
  adopt(input: ControlInput): void {
    this.#control = stepControl(this.#control, input);
  }

  /** Puts one input into the state machine; saved before it counts. False where it changed nothing. */
  async put(input: ControlInput): Promise<boolean> {
    const control = stepControl(this.#control, input);
    if (control === this.#control) return false;
    await this.#save(control, this.#spec);
    this.#control = control;
    return true;
  }

  /** Makes the file hold what counts, where a save has failed: a start must not go on with what was never taken over. */
  async settle(): Promise<void> {
    if (this.#inDoubt) await this.#save(this.#control, this.#spec);
  }

  /** Whether `activate` would change anything. */
  differs(release: string, spec: ActivateSpec): boolean {
    const same = JSON.stringify(spec) === JSON.stringify(this.#spec);
    return !same || stepControl(this.#control, { type: 'activate', release }) !== this.#control;
  }

  /** Moves to a release, and takes over how it is activated; both saved before they count. */
  async activate(release: string, spec: ActivateSpec): Promise<void> {
    if (!this.differs(release, spec)) return;
    const control = stepControl(this.#control, { type: 'activate', release });
    await this.#save(control, spec);
    this.#control = control;
    this.#spec = spec;
    // What could not be read is replaced, or was not needed.
    this.#findings = [];
  }

  async #save(control: Control, spec: ActivateSpec | undefined): Promise<void> {
    const { phase } = control.activation;
    failPoint(`state-before-${phase}`);
    const state = {
      ...this.#unknown.state,
      format: stateFormat,
      control: { ...this.#unknown.control, ...control },
      // A way of activating that is not known here stays until a twin names another.
      ...(spec === undefined ? {} : { spec }),
    };
    this.#inDoubt = true;
    await replaceFileDurably(this.#layout.state, `${JSON.stringify(state, null, 2)}\n`);
    this.#inDoubt = false;
    failPoint(`state-saved-${phase}`);
    if ('told' in control.activation) {
      failPoint(`state-saved-${phase}-${control.activation.told ? 'told' : 'untold'}`);
    }
  }
}
