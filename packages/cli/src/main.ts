import process from 'node:process';
import { runCompanion } from './companion.ts';
import { createTerminal } from './terminal/terminal.ts';

process.exitCode = await runCompanion(process.argv.slice(2), createTerminal(process));
