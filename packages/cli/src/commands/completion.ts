import { defineCommand } from '../command/command.ts';
import { wordOperand } from '../command/operand.ts';
import { completionScript, completionShells } from '../program/completion-script.ts';

/** `companion completion`. */
export const command = defineCommand({
  operands: 'bash|zsh',
  notes: `The script knows all words beforehand, so that a TAB starts no program: print it again after an update. zsh needs compinit
before it. It completes what is called companion; npx is another command.`,
  examples: ['source <(companion completion bash)', 'companion completion bash >> ~/.bashrc'],
  options: {},
  run: async ({ operands: [shell], commands }, terminal) => {
    terminal.out(await completionScript(commands, wordOperand('bash|zsh', shell, completionShells)));
    return 0;
  },
});
