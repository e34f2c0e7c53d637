export { Intake } from './intake.ts';
export { Watch } from './watch.ts';
