import type { ShownError } from '../core/shown-error.ts';
import type { ArtifactKind, UnpackRule } from '../domain/desired.ts';

/** How far one artifact is. */
export interface ArtifactProgress {
  readonly kind: ArtifactKind;
  readonly sha256: string;
  readonly unpack?: UnpackRule;
  readonly state: 'waiting' | 'downloading' | 'verifying' | 'unpacking' | 'ready' | 'failed';
  readonly receivedBytes?: number;
  readonly totalBytes?: number;
  readonly error?: ShownError;
  /** Of one that is ready: whether it was an archive that was unpacked, or is the file that was downloaded. */
  readonly unpacked?: boolean;
}

/** What is brought into the store: artifacts of the same digest share it, unless one is to stay packed. */
export interface ArtifactContent {
  readonly sha256: string;
  /** `auto` where missing. */
  readonly unpack?: UnpackRule;
}

/** What changes in the course of a pass. */
export type ArtifactChange = Omit<ArtifactProgress, 'kind' | 'sha256' | 'unpack'>;

/** By the artifact's name in the twin. */
export type ArtifactsProgress = Readonly<Record<string, ArtifactProgress>>;

/** At a pass's beginning: what was ready before and is the same now still is, everything else waits. */
export function progressAtStart(
  before: ArtifactsProgress,
  wanted: readonly (ArtifactContent & { readonly name: string; readonly kind: ArtifactKind })[],
): ArtifactsProgress {
  const artifacts = wanted.map(({ name, kind, sha256, unpack }) => {
    const known = before[name];
    const same = known?.kind === kind && isOf(known, { sha256, unpack: unpack ?? 'auto' }) && known.state === 'ready';
    return [
      name,
      same ? known : { ...identity({ kind, sha256, unpack: unpack ?? 'auto' }), state: 'waiting' as const },
    ] as const;
  });
  return Object.fromEntries(artifacts);
}

/** With a change to every artifact of this content; the same object where it tells nothing new. */
export function withProgress(
  before: ArtifactsProgress,
  content: ArtifactContent,
  change: ArtifactChange,
): ArtifactsProgress {
  const known = Object.values(before).filter((one) => isOf(one, content));
  // A pass over a hundred that are ready tells nothing new a hundred times.
  if (change.state === 'ready' && known.every((one) => one.state === 'ready')) return before;
  const changed = Object.entries(before).map(([name, one]) => {
    return [name, isOf(one, content) ? { ...identity(one), ...change } : one] as const;
  });
  return Object.fromEntries(changed);
}

/** What a change leaves as it is. */
function identity({ kind, sha256, unpack }: ArtifactContent & { readonly kind: ArtifactKind }) {
  return { kind, sha256, ...(unpack === 'none' ? { unpack } : {}) };
}

function isOf(one: ArtifactContent, { sha256, unpack = 'auto' }: ArtifactContent): boolean {
  return one.sha256 === sha256 && (one.unpack ?? 'auto') === unpack;
}
