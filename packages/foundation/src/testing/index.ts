export { FastClock } from './fast-clock.ts';
export { ManualClock } from './manual-clock.ts';
export { firstColumn } from './reference-table.ts';
