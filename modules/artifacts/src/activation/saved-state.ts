import { isJsonObject, type Diagnostic, type JsonObject, type JsonPath } from '@companion/foundation';
import * as z from 'zod';
import { activatorNames } from '../domain/activator-kinds.ts';
import { initialControl, type Activation, type Control, type Rejection } from '../domain/control.ts';
import type { ActivateSpec } from '../domain/desired.ts';

/** What `state.json` holds: enough to go on with an activation or a rollback before any twin was read. */
export interface SavedState {
  readonly control: Control;
  /** How the last release was activated; undefined before the first, or where that is not known here. */
  readonly spec: ActivateSpec | undefined;
  readonly unknown: UnknownParts;
  /** What could not be read; the rest holds. */
  readonly findings: readonly StateFinding[];
  /** False where nothing at all could be read. */
  readonly readable: boolean;
}

/** Parts of the file that this version does not know: whoever saves the state leaves them for the version that wrote them. */
export interface UnknownParts {
  readonly state: JsonObject;
  readonly control: JsonObject;
}

/** Of a file that holds nothing but what this version knows. */
export const noUnknownParts: UnknownParts = { state: {}, control: {} };

/** Something in `state.json` that this version does not know: written by a newer one, or damaged. */
export type StateFinding = Diagnostic<'STATE_NOT_JSON' | 'STATE_NEWER' | 'STATE_PART_UNREADABLE' | 'CURRENT_RESTORED'>;

/** What this version writes. A newer version may add fields and kinds, and older ones read what they know. */
export const stateFormat = 1;

const id = z.string().regex(/^[0-9a-z]{1,64}$/);
const placed = { release: id, told: z.boolean() };
const rejection = z.object({ id, code: z.string(), message: z.string(), output: z.array(z.string()).exactOptional() });
const activationSchema = z.discriminatedUnion('phase', [
  z.object({ phase: z.literal('none') }),
  z.object({ phase: z.literal('steady') }),
  z.object({ phase: z.literal('trying'), ...placed, starts: z.number() }),
  z.object({ phase: z.literal('returning'), ...placed, failed: id }),
  z.object({ phase: z.literal('stuck'), ...placed, failed: id }),
]);
const activateSpec = z.object({
  by: z.enum(activatorNames),
  module: z.string(),
  socket: z.string().optional(),
  healthyAfterSec: z.number(),
  giveUpAfterSec: z.number(),
  expectMessages: z.boolean(),
});

const file = 'state.json';

/**
 * Reads the value of `state.json` part by part. A part that can't be read is named in a finding and does not take the rest
 * with it: the releases to keep and to go back to must survive a change of versions in either direction.
 */
export function parseSavedState(value: unknown): SavedState {
  if (!isJsonObject(value)) {
    const message = 'is no JSON object: what is current is looked at as if it were new';
    const finding: StateFinding = { severity: 'warning', code: 'STATE_NOT_JSON', at: { file }, message };
    return { control: initialControl, spec: undefined, unknown: noUnknownParts, findings: [finding], readable: false };
  }
  return new SavedStateReader(value).read();
}

class SavedStateReader {
  readonly #value: JsonObject;
  readonly #findings: StateFinding[] = [];

  constructor(value: JsonObject) {
    this.#value = value;
  }

  read(): SavedState {
    const { format, control, spec, ...others } = this.#value;
    if (typeof format !== 'number' || format > stateFormat) {
      this.#note('STATE_NEWER', ['format'], 'is of a newer version: what this one knows of it is used');
    }
    if (!isJsonObject(control)) this.#noteUnreadable(['control']);
    const { active, previous, rejected, activation, ...more } = isJsonObject(control) ? control : {};
    for (const key of Object.keys(others)) this.#noteUnknown([key]);
    for (const key of Object.keys(more)) this.#noteUnknown(['control', key]);
    const proven = this.#part(id, active, ['control', 'active']);
    const known = this.#part(activateSpec, spec, ['spec']);
    return {
      control: {
        active: proven,
        previous: this.#part(id, previous, ['control', 'previous']),
        rejected: this.#rejections(rejected),
        activation: this.#activation(activation, proven),
      },
      spec: known && { ...known, socket: known.socket },
      unknown: {
        state: known === undefined && spec !== undefined ? { ...others, spec } : others,
        control: more,
      },
      findings: this.#findings,
      readable: isJsonObject(control),
    };
  }

  /** Falls back to the release that was proven, and to what is current where there is none. */
  #activation(value: unknown, active: string | undefined): Activation {
    const read = this.#part(activationSchema, value, ['control', 'activation']);
    if (read !== undefined && (read.phase !== 'steady' || active !== undefined)) return read;
    return active === undefined ? { phase: 'none' } : { phase: 'steady' };
  }

  #rejections(value: unknown): readonly Rejection[] {
    if (value === undefined) return [];
    if (!Array.isArray(value)) {
      this.#noteUnreadable(['control', 'rejected']);
      return [];
    }
    return value.flatMap((one: unknown, index) => this.#part(rejection, one, ['control', 'rejected', index]) ?? []);
  }

  #part<T>(schema: z.ZodType<T>, value: unknown, path: JsonPath): T | undefined {
    if (value === undefined) return undefined;
    const parsed = schema.safeParse(value);
    if (!parsed.success) this.#noteUnreadable(path);
    return parsed.data;
  }

  #noteUnreadable(path: JsonPath): void {
    this.#note('STATE_PART_UNREADABLE', path, 'is nothing that this version knows: the rest of the state is used');
  }

  #noteUnknown(path: JsonPath): void {
    this.#note('STATE_NEWER', path, 'is nothing that this version knows: it is kept as it is');
  }

  #note(code: StateFinding['code'], path: JsonPath, message: string): void {
    this.#findings.push({ severity: 'warning', code, at: { file, path }, message });
  }
}
