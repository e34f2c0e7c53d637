export { FastClock } from './fast-clock.ts';
export { ManualClock } from './manual-clock.ts';
