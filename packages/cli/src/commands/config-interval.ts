import { setInferenceInterval } from '@companion/deepstream/recipes';
import { CliError } from '../command/cli-error.ts';
import { defineCommand } from '../command/command.ts';
import { wholeNumber } from '../command/operand.ts';
import { editNotes, editOptions, editConfig } from '../config/edit-config.ts';

/** `companion config interval`. */
export const command = defineCommand({
  operands: 'FILE COUNT',
  notes: editNotes,
  examples: ['companion config interval app.txt 2'],
  options: editOptions,
  run: ({ operands: [path, count], options }, terminal) => {
    const interval = wholeNumber(count);
    if (interval === undefined)
      throw new CliError('usage', `companion: COUNT: ${JSON.stringify(count)} is no whole number`);
    return editConfig({ path, json: options.json }, terminal, (file) => setInferenceInterval(file, interval));
  },
});
