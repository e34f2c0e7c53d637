import { setFileLoop } from '@companion/deepstream/recipes';
import { defineCommand } from '../command/command.ts';
import { wordOperand } from '../command/operand.ts';
import { editNotes, editOptions, editConfig } from '../config/edit-config.ts';

/** `companion config file-loop`. */
export const command = defineCommand({
  operands: 'FILE [on|off]',
  notes: editNotes,
  examples: ['companion config file-loop app.txt', 'companion config file-loop app.txt off'],
  options: editOptions,
  run: ({ operands: [path, word = 'on'], options }, terminal) => {
    const enabled = wordOperand('[on|off]', word, ['on', 'off']) === 'on';
    return editConfig({ path, json: options.json }, terminal, (file) => setFileLoop(file, { enabled }));
  },
});
