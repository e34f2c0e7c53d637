import { setFileLoop } from '@companion/deepstream/recipes';
import { wordArgument } from '../command/argument.ts';
import { defineCommand } from '../command/command.ts';
import { editNotes, editOptions, editConfig } from '../config/edit-config.ts';

/** `companion config file-loop`. */
export const configFileLoop = defineCommand({
  group: 'config',
  name: 'file-loop',
  summary: 'Play file sources again and again (on, as without a word), or once (off).',
  operands: 'FILE [on|off]',
  notes: editNotes,
  options: editOptions,
  run: ({ operands: [path, word], options }, terminal) => {
    const enabled = wordArgument('[on|off]', word, ['on', 'off']) !== 'off';
    return editConfig({ path, json: options.json === true }, terminal, (file) => setFileLoop(file, { enabled }));
  },
});
