import { readFileSync } from 'node:fs';
import { eventMeanings } from '@companion/occupancy';
import { fieldTable, markdownTable, type Schema } from './field-table.ts';

const variants = published('event').oneOf ?? [];

/** The types of events, with what they say. */
export function eventTypes(): string {
  return markdownTable(
    ['type', 'meaning'],
    [...eventMeanings()].map(([type, meaning]) => [`\`${type}\``, meaning]),
  );
}

/** The fields of each family of events. */
export function eventFields(): string {
  return variants
    .map((variant) => {
      const title = valuesOf(variant.properties?.['type']).map((type) => `\`${type}\``);
      return `### ${title.join(', ')}\n\n${fieldTable(variant, { withDefaults: false })}`;
    })
    .join('\n\n');
}

/** The fields of a snapshot. */
export function snapshotFields(): string {
  return fieldTable(published('snapshot'), { withDefaults: false });
}

function valuesOf(schema: Schema | undefined): string[] {
  return [schema?.const, ...(schema?.enum ?? [])].filter((value) => typeof value === 'string');
}

/** The schema that lies in the package, which its tests compare with the code. */
function published(name: 'event' | 'snapshot'): Schema {
  return JSON.parse(readFileSync(`packages/occupancy/schemas/${name}.schema.json`, 'utf8')) as Schema;
}
