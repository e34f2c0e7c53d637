import type { ShownError } from '../core/shown-error.ts';
import type { ArtifactKind } from '../domain/desired.ts';

/** How far one artifact is. */
export interface ArtifactProgress {
  readonly kind: ArtifactKind;
  readonly sha256: string;
  readonly state: 'waiting' | 'downloading' | 'verifying' | 'unpacking' | 'ready' | 'failed';
  readonly receivedBytes?: number;
  readonly totalBytes?: number;
  readonly error?: ShownError;
}

/** What changes in the course of a pass. */
export type ArtifactChange = Omit<ArtifactProgress, 'kind' | 'sha256'>;

/** By the artifact's name in the twin. */
export type ArtifactsProgress = Readonly<Record<string, ArtifactProgress>>;

/** At a pass's beginning: what was ready before and is the same now still is, everything else waits. */
export function progressAtStart(
  before: ArtifactsProgress,
  wanted: readonly { readonly name: string; readonly kind: ArtifactKind; readonly sha256: string }[],
): ArtifactsProgress {
  const artifacts = wanted.map(({ name, kind, sha256 }) => {
    const known = before[name];
    const same = known?.sha256 === sha256 && known.kind === kind && known.state === 'ready';
    return [name, same ? known : { kind, sha256, state: 'waiting' as const }] as const;
  });
  return Object.fromEntries(artifacts);
}

/** With a change to every artifact of a digest; the same object where it tells nothing new. */
export function withProgress(before: ArtifactsProgress, sha256: string, change: ArtifactChange): ArtifactsProgress {
  const known = Object.values(before).filter((one) => one.sha256 === sha256);
  // A pass over a hundred that are ready tells nothing new a hundred times.
  if (change.state === 'ready' && known.every((one) => one.state === 'ready')) return before;
  const changed = Object.entries(before).map(([name, one]) => {
    return [name, one.sha256 === sha256 ? { kind: one.kind, sha256, ...change } : one] as const;
  });
  return Object.fromEntries(changed);
}
