import process from 'node:process';
import { commands } from './commands/registry.ts';
import { runCompanion } from './companion.ts';
import { createTerminal } from './terminal/terminal.ts';

process.exitCode = await runCompanion(commands, process.argv.slice(2), createTerminal(process));
