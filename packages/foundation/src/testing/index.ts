export { injectFlushFaults, type FlushFaults } from './flush-faults.ts';
export { FastClock } from './fast-clock.ts';
export { ManualClock } from './manual-clock.ts';
export { firstColumn } from './reference-table.ts';
