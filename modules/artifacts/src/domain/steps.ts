import type { ArtifactSpec, DesiredState } from './desired.ts';
import type { Release } from './release.ts';

/** What the volume shows before a pass. */
export interface Observed {
  /** Digests whose verified content is in the store. */
  readonly stored: ReadonlySet<string>;
  /** Ids of releases that are published whole. */
  readonly published: ReadonlySet<string>;
}

/** One download; every digest is fetched once, whoever needs it. */
export interface Fetch {
  readonly artifact: ArtifactSpec;
  readonly fileName: string;
}

/** What is missing before a release can run. */
export interface Preparation {
  readonly fetches: readonly Fetch[];
  readonly publish: boolean;
}

/** Compares what is with what should be; a cut at any moment leaves a volume whose next comparison goes on from there. */
export function planPreparation(observed: Observed, desired: DesiredState, release: Release): Preparation {
  const fetches: Fetch[] = [];
  const known = new Set(observed.stored);
  desired.artifacts.forEach((artifact, index) => {
    if (known.has(artifact.sha256)) return;
    known.add(artifact.sha256);
    fetches.push({ artifact, fileName: release.artifacts[index]?.fileName ?? artifact.name });
  });
  return { fetches, publish: !observed.published.has(release.id) };
}
