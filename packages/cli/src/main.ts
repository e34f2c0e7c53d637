import process from 'node:process';
import { runCompanion } from './companion.ts';
import { ProcessTerminal } from './terminal/terminal.ts';

process.exitCode = await runCompanion(process.argv.slice(2), new ProcessTerminal(process).endWithReader());
