import { join } from 'node:path';
import type { OwnModule } from './targets.ts';

/** Where a module's disk lies below the root: the simulator's named volumes. */
export function diskIn(root: string, module: OwnModule): string {
  return join(root, 'volumes', module === 'artifacts' ? 'deepstream-artifacts' : 'filter-data');
}

/** The file by which a module's calls are made to fail. */
export function faultsFile(root: string, module: OwnModule): string {
  return join(root, `faults-${module}.json`);
}
