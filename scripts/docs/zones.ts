import { zoneJsonSchemas } from '@companion/occupancy';
import { fieldTable } from './field-table.ts';

/** A section for each kind of zone: what it is, an example, and its fields. */
export function zoneSections(): string {
  return zoneJsonSchemas()
    .map(({ kind, summary, example, schema }) =>
      [
        `### ${kind}`,
        summary,
        `\`\`\`json\n${JSON.stringify(example)}\n\`\`\``,
        fieldTable(schema, { withDefaults: true }),
      ].join('\n\n'),
    )
    .join('\n\n');
}
