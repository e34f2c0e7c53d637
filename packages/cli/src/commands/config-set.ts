import { defineCommand } from '../command.ts';
import { EDIT_NOTES, EDIT_OPTIONS, editConfig } from '../edit-config.ts';

/** `companion config set`. */
export const configSet = defineCommand({
  group: 'config',
  name: 'set',
  summary: 'Set a key, in its own line; a missing key or group is added.',
  operands: 'FILE GROUP KEY VALUE',
  notes: `${EDIT_NOTES}\nA value that starts with - goes behind --: companion config set -- FILE tests x -1`,
  options: EDIT_OPTIONS,
  run: ({ operands: [path, group = '', key = '', value = ''], options }, terminal) =>
    editConfig({ path, json: options.json === true }, terminal, (file) => file.set(group, key, value)),
});
