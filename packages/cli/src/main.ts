import process from 'node:process';
import { commands } from './commands/registry.ts';
import { runCompanion } from './run.ts';
import { createTerminal } from './terminal.ts';

process.exitCode = await runCompanion(commands, process.argv.slice(2), createTerminal(process));
