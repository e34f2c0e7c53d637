import * as z from 'zod';
import { inPlainWords, mistakeLine, must } from '../document/mistake.ts';
import type { Defaults } from '../zones/common/defaults.ts';
import type { Zone, ZoneKindName } from '../zones/kinds.ts';
import { kindOf, zoneKinds } from '../zones/registry.ts';

/** The longest name of a zone. */
export const maxName = 128;

const names = Object.keys(zoneKinds) as ZoneKindName[];
const kindSchema = z.looseObject({ kind: z.enum(names.map((name) => kindOf(name).twin.kind)) });

/** Reads one zone; a text says why it can't work, field by field. */
export function parseZone(name: string, value: unknown, defaults: Defaults): Zone | string {
  if (name.length === 0 || name.length > maxName)
    return `the name must have 1 to ${maxName} characters, but has ${name.length}`;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return must('be an object')({ input: value } as never);
  const parsed = kindSchema.safeParse(value, inPlainWords);
  if (!parsed.success) return mistakeLine(parsed.error);
  const meant = names.map((kind) => kindOf(kind).twin).filter(({ kind }) => kind === parsed.data.kind);
  const marked = meant.find(({ marker }) => marker !== undefined && marker in value);
  const twin = marked ?? meant.find(({ marker }) => marker === undefined);
  return twin?.parse(name, value, defaults) ?? must('be a zone')({ input: value } as never);
}
