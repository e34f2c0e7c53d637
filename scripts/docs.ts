/*
 * `npm run docs` writes the generated sections of docs/reference and the JSON Schemas of the desired documents. With
 * --check it changes nothing, and fails where one of them is stale.
 */
import { activatorKinds, desiredJsonSchema as artifactsJsonSchema } from '@companion/artifacts';
import { renderCliReference } from '@companion/cli';
import { desiredJsonSchema as filterJsonSchema } from '@companion/occupancy';
import { updateFile, updateSections } from './marked-sections.ts';
import { eventFields, eventTypes, snapshotFields } from './docs/events.ts';
import { fieldTable, markdownTable, type Schema } from './docs/field-table.ts';
import { metricsOf } from './docs/metrics.ts';
import { featureTable, versionTable } from './docs/versions.ts';
import { zoneSections } from './docs/zones.ts';

const check = process.argv.includes('--check');
const artifacts: Schema = artifactsJsonSchema();
const filter: Schema = filterJsonSchema();

async function metricsTable(folder: string): Promise<string> {
  const rows = (await metricsOf(folder)).map(({ name, type, labels, help }) => [
    `\`${name}\``,
    type,
    labels.map((label) => `\`${label}\``).join(', '),
    help,
  ]);
  return markdownTable(['metric', 'type', 'labels', 'meaning'], rows);
}

const schemas: Readonly<Record<string, unknown>> = {
  'modules/artifacts/schemas/desired.schema.json': artifacts,
  'packages/occupancy/schemas/desired.schema.json': filter,
};

const pages: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'docs/reference/artifacts-twin.md': {
    'artifacts-desired': fieldTable(artifacts, { withDefaults: true }),
    activators: markdownTable(
      ['`by`', 'what it does'],
      Object.entries(activatorKinds).map(([kind, { about }]) => [`\`${kind}\``, about]),
    ),
  },
  'docs/reference/cli.md': { commands: await renderCliReference() },
  'docs/reference/deepstream.md': { versions: versionTable(), features: featureTable() },
  'docs/reference/filter-twin.md': {
    'filter-desired': fieldTable(filter, { withDefaults: true }),
    'filter-zones': zoneSections(),
  },
  'docs/reference/events.md': {
    'event-types': eventTypes(),
    'event-fields': eventFields(),
    'snapshot-fields': snapshotFields(),
  },
  'docs/reference/metrics.md': {
    'metrics-hub': await metricsTable('packages/edge/src'),
    'metrics-artifacts': await metricsTable('modules/artifacts/src'),
    'metrics-filter': await metricsTable('modules/filter/src'),
  },
};

const stale: string[] = [];
for (const [file, schema] of Object.entries(schemas)) {
  if (await updateFile(file, JSON.stringify(schema), { check })) stale.push(file);
}
for (const [file, sections] of Object.entries(pages)) {
  if (await updateSections(file, new Map(Object.entries(sections)), { check })) stale.push(file);
}
for (const file of stale) console.log(check ? `${file} is stale; run \`npm run docs\`` : `${file} written`);
if (check && stale.length > 0) process.exitCode = 1;
