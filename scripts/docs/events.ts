import { readFileSync } from 'node:fs';
import { fieldTable, markdownTable, type Schema } from './field-table.ts';

/** What each type of event says. */
const meanings: Readonly<Record<string, string>> = {
  'parking.parked': 'A vehicle took the spot.',
  'parking.empty': 'The spot is free.',
  'parking.unknown': 'The state of the spot is not known: its sensor is lost.',
  'area.entered': 'An object entered the area; a visit begins.',
  'area.exited': 'A visit ended; `visit` says how long it was, and how it ended.',
  'area.dwell': 'A visit lasts longer than `dwellMs`.',
  'area.count': 'The number of objects in the area changed.',
  'area.full': 'The area reached its capacity.',
  'area.available': 'The area is below its capacity again.',
  'line.crossed': 'An object crossed the line; `state` is the direction.',
  'sensor.lost': 'A sensor has been silent for `staleAfterMs`.',
  'sensor.restored': 'A lost sensor sends again.',
};

const variants = published('event').oneOf ?? [];

/** The types of events, with what they say. Throws where one has no words here. */
export function eventTypes(): string {
  const types = variants.flatMap(({ properties = {} }) => valuesOf(properties['type']));
  return markdownTable(
    ['type', 'meaning'],
    types.map((type) => {
      const meaning = meanings[type];
      if (meaning === undefined) throw new Error(`scripts/docs/events.ts must say what ${type} means`);
      return [`\`${type}\``, meaning];
    }),
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
