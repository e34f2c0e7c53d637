import { defineCommand } from '../command/command.ts';
import { editNotes, editOptions, editConfig } from '../config/edit-config.ts';

/** `companion config set`. */
export const configSet = defineCommand({
  group: 'config',
  name: 'set',
  summary: 'Set a key, in its own line; a missing key or group is added.',
  operands: 'FILE GROUP KEY VALUE',
  notes: `${editNotes}\nA value that starts with - goes behind --: companion config set -- FILE tests x -1`,
  options: editOptions,
  run: ({ operands: [path, group = '', key = '', value = ''], options }, terminal) =>
    editConfig({ path, json: options.json === true }, terminal, (file) => file.set(group, key, value)),
});
