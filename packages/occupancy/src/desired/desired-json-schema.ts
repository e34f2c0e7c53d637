import * as z from 'zod';
import type { ZoneKindName } from '../zones/kinds.ts';
import { kindOf, zoneKinds } from '../zones/registry.ts';
import { desiredSchema } from './desired.ts';
import { maxName } from './zone.ts';

type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * The desired properties as JSON Schema, for editors and for those without zod. What it refuses, the module refuses too,
 * or rejects the zone; polygons that cross themselves, and zones that need each other's fields, only the module finds.
 */
export function desiredJsonSchema(): JsonSchema {
  const zones = z
    .record(z.string().min(1).max(maxName), z.union(kindNames().map((kind) => kindOf(kind).twin.schema)))
    .default({})
    .meta({ description: 'The zones by name. Layered deployments merge by key.' });
  const schema = z.toJSONSchema(desiredSchema.extend({ zones }), { io: 'input', unrepresentable: 'any' });
  return { title: 'Desired properties of the module filter', ...schema };
}

/** Each kind of zone: its name, what it is, and its fields. */
export function zoneJsonSchemas(): readonly {
  readonly kind: string;
  readonly summary: string;
  readonly example: JsonSchema;
  readonly schema: JsonSchema;
}[] {
  return kindNames().map((kind) => {
    const { documentation, twin } = kindOf(kind);
    return { kind, ...documentation, schema: z.toJSONSchema(twin.schema, { io: 'input', unrepresentable: 'any' }) };
  });
}

function kindNames(): readonly ZoneKindName[] {
  return Object.keys(zoneKinds) as ZoneKindName[];
}
