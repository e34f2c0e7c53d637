export { checkOurTwins } from '../deployment/our-twins.ts';
export { createWorkbench, type Workbench } from './workbench.ts';
