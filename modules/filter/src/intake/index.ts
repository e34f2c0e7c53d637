export { createIntake } from './intake.ts';
export { createWatch } from './watch.ts';
