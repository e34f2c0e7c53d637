/**
 * DeepStream's place under a supervisor: says which process runs which config, ends by itself with a config that crashes,
 * and otherwise on SIGINT. `app.mjs STARTS -c CONFIG` adds a line to the file STARTS.
 */
import { appendFileSync, readFileSync } from 'node:fs';

const [, , starts = '', , config = ''] = process.argv;
process.on('SIGINT', () => process.exit(0));
process.on('SIGTERM', () => undefined);
appendFileSync(starts, `${process.pid} ${config}\n`);
if (readFileSync(config, 'utf8').includes('crash')) process.exit(139);
setInterval(() => undefined, 60_000);
