import { defineCommand } from '../command/command.ts';
import { editNotes, editOptions, editConfig } from '../config/edit-config.ts';

/** `companion config set`. */
export const command = defineCommand({
  operands: 'FILE GROUP KEY VALUE',
  notes: `${editNotes}\nA value that starts with - goes behind --: companion config set -- FILE tests x -1`,
  examples: ['companion config set app.txt osd text-size 15'],
  options: editOptions,
  run: ({ operands: [path, group, key, value], options }, terminal) =>
    editConfig({ path, json: options.json }, terminal, (file) => file.set(group, key, value)),
});
