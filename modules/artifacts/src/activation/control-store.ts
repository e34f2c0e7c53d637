import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { failPoint } from '../core/fail-point.ts';
import { initialControl, type Control } from '../domain/control.ts';
import type { ActivateSpec } from '../domain/desired.ts';
import { writeFileDurably } from '../volume/durable.ts';
import { hasErrno } from '../core/errno.ts';
import type { VolumeLayout } from '../volume/layout.ts';

/** What `state.json` holds: enough to go on with an activation or a rollback before any twin was read. */
export interface SavedState {
  readonly control: Control;
  /** How the last release was activated; undefined before the first. */
  readonly spec: ActivateSpec | undefined;
}

const id = z.string().regex(/^[0-9a-z]{1,64}$/);
const placed = { release: id, told: z.boolean() };
const saved = z.object({
  format: z.literal(1),
  control: z.object({
    active: id.optional(),
    previous: id.optional(),
    rejected: z.array(z.object({ id, code: z.string(), message: z.string() })),
    activation: z.discriminatedUnion('phase', [
      z.object({ phase: z.literal('none') }),
      z.object({ phase: z.literal('steady') }),
      z.object({ phase: z.literal('trying'), ...placed, starts: z.number() }),
      z.object({ phase: z.literal('returning'), ...placed, failed: id }),
      z.object({ phase: z.literal('stuck'), ...placed, failed: id }),
    ]),
  }),
  spec: z
    .object({
      by: z.enum(['supervisor', 'edged', 'docker', 'ota', 'none']),
      module: z.string(),
      socket: z.string().optional(),
      healthyAfterSec: z.number(),
      giveUpAfterSec: z.number(),
      expectMessages: z.boolean(),
    })
    .optional(),
});

/** Reads `state.json`; undefined where it is not there or not ours: then what is current is looked at as if it were new. */
export async function readSavedState(layout: VolumeLayout): Promise<SavedState | undefined> {
  let text: string;
  try {
    text = await readFile(layout.state, 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  const parsed = saved.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  const { control, spec } = parsed.data;
  return {
    control: { ...initialControl, ...control, active: control.active, previous: control.previous },
    spec: spec && { ...spec, socket: spec.socket },
  };
}

/** Saves the state; when the promise resolves it survives a power cut. */
export async function saveState(layout: VolumeLayout, { control, spec }: SavedState): Promise<void> {
  failPoint(`state-before-${control.activation.phase}`);
  await writeFileDurably(layout.state, `${JSON.stringify({ format: 1, control, spec }, null, 2)}\n`);
  failPoint(`state-saved-${control.activation.phase}`);
  if ('told' in control.activation)
    failPoint(`state-saved-${control.activation.phase}-${control.activation.told ? 'told' : 'untold'}`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
