import { formatJsonPath } from '@companion/deployment';
import type { DeploymentFinding } from '@companion/deployment';

/** One line for people: `file: place: severity: what and what to do [CODE]`; the place is missing where the whole file is meant. */
export function deploymentFindingText(file: string, { path, severity, reason, code }: DeploymentFinding): string {
  const place = path.length === 0 ? '' : `${formatJsonPath(path)}: `;
  return `${file}: ${place}${severity}: ${reason} [${code}]`;
}
