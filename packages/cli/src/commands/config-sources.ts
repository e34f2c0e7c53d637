import { setSources } from '@companion/deepstream/recipes';
import { defineCommand } from '../command/command.ts';
import { editNotes, editOptions, editConfig, readBeside } from '../config/edit-config.ts';

/** `companion config sources`. */
export const command = defineCommand({
  operands: 'FILE URI…',
  notes: `${editNotes}\nURIs are rtsp://…, file://… and the like. A YAML config's sources go to the CSV file that it names.`,
  examples: ['companion config sources app.txt rtsp://camera-1/stream rtsp://camera-2/stream'],
  options: editOptions,
  run: ({ operands: [path, ...uris], options }, terminal) =>
    editConfig({ path, json: options.json }, terminal, (file, writeBeside) => {
      const companion = setSources(file, uris, (beside) => readBeside(path, beside));
      if (companion !== undefined) writeBeside(companion);
    }),
});
