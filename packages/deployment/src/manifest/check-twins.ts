import type { DeploymentOutline } from './deployment-outline.ts';
import type { DeploymentFinding } from './finding.ts';
import { twinFaults, twinLimits, twinSizeBytes } from '../twins/twin-limits.ts';

const maxFaults = 20;

/** Checks the desired properties of every section of a finished manifest against what a twin can hold. */
export function checkTwins({ sections }: DeploymentOutline): readonly DeploymentFinding[] {
  return sections.flatMap(({ path, value }) => {
    const findings: DeploymentFinding[] = [];
    for (const fault of twinFaults('desired', value)) {
      if (findings.length === maxFaults) break;
      const at = [...path, ...fault.path];
      findings.push({ severity: 'error', code: 'TWIN_LIMIT', path: at, reason: `${fault.reason}: IoT Hub refuses it` });
    }
    const sizeBytes = twinSizeBytes(value);
    if (sizeBytes > twinLimits.sectionBytes) {
      const reason = `${sizeBytes} bytes as IoT Hub counts them, and a twin's desired properties hold ${twinLimits.sectionBytes}`;
      findings.push({ severity: 'error', code: 'TWIN_LIMIT', path, reason });
    }
    return findings;
  });
}
