import { join } from 'node:path';

/** Paths in the shared volume (DeepStream mounts its root, never `current` itself: a bind mount follows a link only once). */
export interface VolumeLayout {
  readonly root: string;
  /** The one relative link that names the active release. */
  readonly current: string;
  readonly releases: string;
  readonly store: string;
  /** Further entries of a digest: the same file under another name, or content fetched again. Older versions leave them alone. */
  readonly copies: string;
  /** What each entry and each release is made of. */
  readonly manifests: string;
  /** Engines that DeepStream builds outside of its models, a directory for each set of what they are built of. */
  readonly engines: string;
  readonly partial: string;
  /** Where things are built before one rename puts them in place; on the same volume, swept at start. */
  readonly staging: string;
  readonly state: string;
  readonly supervisor: string;
  /** Written by the supervisor, read by us. */
  readonly supervisorStatus: string;
  /** Changed by the supervisor as long as it lives. */
  readonly supervisorHeartbeat: string;
  /** The last lines that DeepStream wrote, kept by the supervisor; what is older is in a second file, `….1`. */
  readonly appOutput: string;
}

/** The layout of a volume whose root is `root`. */
export function volumeLayout(root: string): VolumeLayout {
  return {
    root,
    current: join(root, 'current'),
    releases: join(root, 'releases'),
    store: join(root, 'store'),
    copies: join(root, 'copies'),
    manifests: join(root, 'manifests'),
    engines: join(root, 'engines'),
    partial: join(root, 'partial'),
    staging: join(root, 'staging'),
    state: join(root, 'state.json'),
    supervisor: join(root, 'supervisor.sh'),
    supervisorStatus: join(root, 'supervisor.status'),
    supervisorHeartbeat: join(root, 'supervisor.heartbeat'),
    appOutput: join(root, 'deepstream.log'),
  };
}
