import type { DeploymentProblemCode } from '../manifest/deployment.ts';
import { formatJsonPath } from '../json/json-path.ts';
import type { JsonPath } from '../json/json-path.ts';

/** One mistake of a deployment, at a place a person can go to. */
export interface DeploymentProblem {
  readonly code: DeploymentProblemCode;
  readonly file: string;
  /** Absent where the file as a whole is meant. */
  readonly path?: JsonPath;
  /** Counted from 1; only where the text is not JSON. */
  readonly line?: number;
  readonly column?: number;
  readonly reason: string;
}

/** A deployment that can't be loaded. The message holds a line for each problem: file, place, reason. */
export class DeploymentError extends Error {
  override readonly name = 'DeploymentError';
  readonly code = 'DEPLOYMENT_INVALID';
  readonly problems: readonly DeploymentProblem[];

  constructor(problems: readonly DeploymentProblem[], options?: ErrorOptions) {
    super(problems.map(formatProblem).join('\n'), options);
    this.problems = problems;
  }
}

function formatProblem({ file, path, line, column, reason }: DeploymentProblem): string {
  if (line !== undefined && column !== undefined) return `${file}:${line}:${column}: ${reason}`;
  return path === undefined ? `${file}: ${reason}` : `${file}: ${formatJsonPath(path)}: ${reason}`;
}
