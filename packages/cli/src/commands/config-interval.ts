import { setInferenceInterval } from '@companion/deepstream/recipes';
import { integerArgument } from '../argument.ts';
import { defineCommand } from '../command.ts';
import { EDIT_NOTES, EDIT_OPTIONS, editConfig } from '../edit-config.ts';

/** `companion config interval`. */
export const configInterval = defineCommand({
  group: 'config',
  name: 'interval',
  summary: 'Let inference skip so many batches after each one it looks at; 0 is every frame.',
  operands: 'FILE COUNT',
  notes: EDIT_NOTES,
  options: EDIT_OPTIONS,
  run: ({ operands: [path, count], options }, terminal) => {
    const interval = integerArgument('COUNT', count) ?? 0;
    return editConfig({ path, json: options.json === true }, terminal, (file) => setInferenceInterval(file, interval));
  },
});
