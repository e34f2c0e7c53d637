import type { ArtifactSpec, DesiredState } from './desired.ts';
import type { Release } from './release.ts';

/** What the volume shows before a pass. */
export interface Observed {
  /** Digests whose verified content is in the store. */
  readonly stored: ReadonlySet<string>;
  /** Ids of releases that are published whole. */
  readonly published: ReadonlySet<string>;
  /** The release that `current` points at. */
  readonly current: string | undefined;
}

/** One thing to do; each leaves the volume in a state from which the next pass goes on. */
export type Step =
  | { readonly do: 'fetch'; readonly artifact: ArtifactSpec; readonly fileName: string }
  | { readonly do: 'publish' }
  | { readonly do: 'switch' }
  | { readonly do: 'confirm' };

/**
 * Compares what is with what should be. The last step always is `confirm`: whether DeepStream runs the release is
 * observed anew on every pass, after a restart too.
 */
export function planSteps(observed: Observed, desired: DesiredState, release: Release): readonly Step[] {
  const steps: Step[] = [];
  const fetched = new Set(observed.stored);
  desired.artifacts.forEach((artifact, index) => {
    const fileName = release.artifacts[index]?.fileName ?? artifact.name;
    if (fetched.has(artifact.sha256)) return;
    fetched.add(artifact.sha256);
    steps.push({ do: 'fetch', artifact, fileName });
  });
  if (!observed.published.has(release.id)) steps.push({ do: 'publish' });
  if (observed.current !== release.id) steps.push({ do: 'switch' });
  steps.push({ do: 'confirm' });
  return steps;
}
