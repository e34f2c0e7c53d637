import { checkTwin, twinLimits, twinSizeBytes } from '@companion/foundation';
import { errorAt, type DeploymentDiagnostic } from '../diagnostic/deployment-diagnostic.ts';
import type { DeploymentOutline } from './deployment-outline.ts';

const maxFaults = 20;

/** Checks the desired properties of every section of a finished manifest against what a twin can hold. */
export function checkTwins({
  sections,
}: Pick<DeploymentOutline, 'sections'>): readonly DeploymentDiagnostic<'TWIN_LIMIT'>[] {
  return sections.flatMap(({ path, value }) => {
    const found: DeploymentDiagnostic<'TWIN_LIMIT'>[] = [];
    for (const { at, message } of checkTwin('desired', value)) {
      if (found.length === maxFaults) break;
      found.push(errorAt('TWIN_LIMIT', [...path, ...(at.path ?? [])], `${message}: IoT Hub refuses it`));
    }
    const sizeBytes = twinSizeBytes(value);
    if (sizeBytes > twinLimits.sectionBytes) {
      const message = `${sizeBytes} bytes as IoT Hub counts them, and a twin's desired properties hold ${twinLimits.sectionBytes}`;
      found.push(errorAt('TWIN_LIMIT', path, message));
    }
    return found;
  });
}
