import { setInferenceInterval } from '@companion/deepstream/recipes';
import { integerArgument } from '../command/argument.ts';
import { defineCommand } from '../command/command.ts';
import { editNotes, editOptions, editConfig } from '../config/edit-config.ts';

/** `companion config interval`. */
export const configInterval = defineCommand({
  group: 'config',
  name: 'interval',
  summary: 'Let inference skip so many batches after each one it looks at; 0 is every frame.',
  operands: 'FILE COUNT',
  notes: editNotes,
  options: editOptions,
  run: ({ operands: [path, count], options }, terminal) => {
    const interval = integerArgument('COUNT', count) ?? 0;
    return editConfig({ path, json: options.json === true }, terminal, (file) => setInferenceInterval(file, interval));
  },
});
