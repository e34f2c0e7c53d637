import type { ArtifactSpec, DesiredState, UnpackRule } from './desired.ts';
import type { Release } from './release.ts';

/** What the volume shows before a pass. */
export interface Observed {
  /** Whether the store has verified content under the name that a release gives it. */
  readonly has: (content: {
    readonly sha256: string;
    readonly fileName: string;
    readonly unpack: UnpackRule;
  }) => boolean;
  /** Ids of releases that are published whole. */
  readonly published: ReadonlySet<string>;
}

/** One download; the same content under the same name, unpacked or not, is fetched once. */
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
  const known = new Set<string>();
  desired.artifacts.forEach((artifact, index) => {
    const { sha256, unpack } = artifact;
    const fileName = release.artifacts[index]?.fileName ?? artifact.name;
    const key = `${sha256}/${unpack}/${fileName}`;
    if (known.has(key) || observed.has({ sha256, fileName, unpack })) return;
    known.add(key);
    fetches.push({ artifact, fileName });
  });
  return { fetches, publish: !observed.published.has(release.id) };
}
