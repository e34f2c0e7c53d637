export { parseDesired, type Desired, type DesiredState, type Finding } from './plan/desired.ts';
export { reportedProperties, type ModuleState } from './report.ts';
export { createReconciler, type Reconciler } from './reconciler.ts';
