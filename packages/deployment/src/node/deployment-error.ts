import { CodedError, formatJsonPath, formatPlace } from '@companion/foundation';
import type { DeploymentDiagnostic } from '../diagnostic/deployment-diagnostic.ts';

/** A deployment that can't be loaded. The message holds a line for each problem: file, place, what is wrong. */
export class DeploymentError extends CodedError<'DEPLOYMENT_INVALID'> {
  override readonly name = 'DeploymentError';
  readonly problems: readonly DeploymentDiagnostic[];

  constructor(problems: readonly DeploymentDiagnostic[], cause?: unknown) {
    super('DEPLOYMENT_INVALID', problems.map(formatProblem).join('\n'), { cause });
    this.problems = problems;
  }
}

/** All of them are errors, so the severity goes without saying; the root of a document is named. */
function formatProblem({ at: { path, ...spot }, message }: DeploymentDiagnostic): string {
  return `${formatPlace(spot)}: ${path === undefined ? '' : `${formatJsonPath(path)}: `}${message}`;
}
