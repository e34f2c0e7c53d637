import { setSources } from '@companion/deepstream/recipes';
import { defineCommand } from '../command/command.ts';
import { editNotes, editOptions, editConfig } from '../config/edit-config.ts';

/** `companion config sources`. */
export const configSources = defineCommand({
  group: 'config',
  name: 'sources',
  summary: 'Make these URIs the sources; batch sizes, streammux and tiled display follow.',
  operands: 'FILE URI…',
  notes: `${editNotes}\nURIs are rtsp://…, file://… and the like. A YAML config's sources go to the CSV file that it names.`,
  options: editOptions,
  run: ({ operands: [path, ...uris], options }, terminal) =>
    editConfig({ path, json: options.json === true }, terminal, (file, writeBeside) => {
      const companion = setSources(file, uris);
      if (companion !== undefined) writeBeside(companion);
    }),
});
