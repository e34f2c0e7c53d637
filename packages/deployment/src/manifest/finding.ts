import type { DeploymentProblemCode } from './deployment.ts';
import type { JsonPath } from '../json/json-path.ts';

/** Something to say about a place of a deployment. An error would be refused or would not work; a warning is likely not meant. */
export interface DeploymentFinding {
  readonly severity: 'error' | 'warning';
  readonly code: DeploymentProblemCode;
  readonly path: JsonPath;
  readonly reason: string;
}
