export { applyOnce, type Applied } from './apply-once.ts';
export { systemClock, type Clock } from './clock.ts';
export { readSavedState, type SavedState } from './control-file.ts';
export type { Downloads } from './pass.ts';
export { parseDesired, type ArtifactKind, type Desired, type DesiredState, type Finding } from './plan/desired.ts';
export { createReconciler, type Reconciler } from './reconciler.ts';
export {
  releasePhase,
  reportedProperties,
  type ArtifactProgress,
  type ModuleState,
  type ReleasePhase,
} from './report.ts';
export { parseSettings, type Settings } from './settings.ts';
export { checkEntryPath, foldedPath, type EntryPath } from './store/entry-path.ts';
export { contentHeadBytes, contentKindOf, type ContentKind } from './store/content-kind.ts';
export { readVolumeStatus, type ReleaseStatus, type VolumeStatus } from './volume-status.ts';
export { describeHolder, lockVolume, type VolumeLock } from './volume/lock.ts';
export type { LockHolder } from './volume/lock-socket.ts';
export { openVolume } from './volume/volume.ts';
