import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import * as z from 'zod';
import { eventSchema } from './event-schema.ts';
import { snapshotSchema } from './snapshot-schema.ts';

test.each([
  ['event', eventSchema],
  ['snapshot', snapshotSchema],
])('the schema lies in the package as JSON Schema, for those without zod: %s', (name, schema) => {
  const file = readFileSync(new URL(`../../schemas/${name}.schema.json`, import.meta.url), 'utf8');
  expect(JSON.parse(file)).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(schema))));
});
