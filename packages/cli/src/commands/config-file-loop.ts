import { setFileLoop } from '@companion/deepstream/recipes';
import { wordArgument } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { EDIT_NOTES, EDIT_OPTIONS, editConfig } from '../edit-config.ts';

/** `companion config file-loop`. */
export const configFileLoop = defineCommand({
  group: 'config',
  name: 'file-loop',
  summary: 'Play file sources again and again (on, as without a word), or once (off).',
  operands: 'FILE [on|off]',
  notes: EDIT_NOTES,
  options: EDIT_OPTIONS,
  run: ({ operands: [path, word], options }, terminal) => {
    const enabled = wordArgument('[on|off]', word, ['on', 'off']) !== 'off';
    return editConfig({ path, json: options.json === true }, terminal, (file) => setFileLoop(file, { enabled }));
  },
});
