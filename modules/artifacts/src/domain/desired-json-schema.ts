import * as z from 'zod';
import { desiredSchema } from './desired-schema.ts';

/**
 * The desired document as JSON Schema, for editors and for those without zod. What it refuses, the module refuses too;
 * what takes more than one field to see, or is too much for a pattern, only the module finds.
 */
export function desiredJsonSchema(): Readonly<Record<string, unknown>> {
  const schema = z.toJSONSchema(desiredSchema, { io: 'input' });
  // Without `artifacts` a twin is not managed, which is no mistake.
  delete schema.required;
  return { title: 'Desired properties of the module artifacts', ...schema };
}
