import { parseDesired as parseArtifacts, reportedFinding } from '@companion/artifacts';
import { errorAt, parseImageName, type DeploymentDiagnostic, type DeploymentOutline } from '@companion/deployment';
import type { JsonObject } from '@companion/foundation';
import { parseDesired as parseFilter, reportedMistake } from '@companion/occupancy';

/** Our modules, whose desired properties can be checked before a device sees them. */
export type OurModule = 'artifacts' | 'filter';

/** Which of our modules an image is, whatever registry it comes from and whatever the module is called. */
export function ourModule(image: string): OurModule | undefined {
  const name = /(?:^|\/)deepstream-companion-(artifacts|filter)$/.exec(parseImageName(image)?.repository ?? '')?.[1];
  return name === 'artifacts' || name === 'filter' ? name : undefined;
}

/** What one of our modules would report of such desired properties: dotted paths below them, and what is wrong there. */
export function desiredMistakes(
  module: OurModule,
  desired: JsonObject,
): readonly { readonly path: string; readonly message: string }[] {
  if (module === 'artifacts') {
    // Settings without artifacts leave the module unmanaged; they are checked as what they will be with some.
    const parsed = parseArtifacts(Object.keys(desired).length === 0 ? desired : { artifacts: {}, ...desired });
    return parsed.kind === 'invalid' ? parsed.findings.map(reportedFinding) : [];
  }
  const parsed = parseFilter(desired);
  if (!parsed.ok)
    return parsed.mistakes.map(reportedMistake).map(({ field, problem }) => ({ path: field, message: problem }));
  return Object.entries(parsed.rejected).map(([zone, message]) => ({ path: `zones.${zone}`, message }));
}

/** Checks the desired properties of our modules in a deployment, as the modules would. */
export function checkOurTwins({ modules, sections }: DeploymentOutline): readonly DeploymentDiagnostic[] {
  return modules.flatMap(({ name, value }) => {
    const { settings } = value;
    const image =
      typeof settings === 'object' && settings !== null && 'image' in settings ? settings['image'] : undefined;
    const ours = typeof image === 'string' ? ourModule(image) : undefined;
    const section = sections.find((one) => one.name === name);
    if (ours === undefined || section === undefined) return [];
    return desiredMistakes(ours, section.value).map(({ path, message }) =>
      errorAt(
        'TWIN_VALUE',
        [...section.path, ...(path === '' ? [] : path.split('.'))],
        `${message}; module ${name} would report it and keep its last good state`,
      ),
    );
  });
}
