import type { JsonObject } from '@companion/edge';
import type { ArtifactKind, Finding } from './plan/desired.ts';
import type { Health } from './plan/health.ts';

/** How far one artifact is. */
export interface ArtifactProgress {
  readonly kind: ArtifactKind;
  readonly sha256: string;
  readonly state: 'waiting' | 'downloading' | 'unpacking' | 'ready' | 'failed';
  readonly receivedBytes?: number;
  readonly totalBytes?: number;
  readonly error?: ReportedError;
}

/** An error as the twin shows it: a code to act on and one line for people. */
export interface ReportedError {
  readonly code: string;
  readonly message: string;
  readonly facts: JsonObject;
}

/** How far the release is that the newest valid twin asks for. */
export interface ReleaseProgress {
  readonly id: string;
  readonly config: string | undefined;
  readonly phase:
    | { readonly state: 'preparing' }
    | { readonly state: 'published' }
    | Health
    | { readonly state: 'refused'; readonly error: ReportedError };
}

/** Everything the module tells about itself. */
export interface ModuleState {
  readonly desiredVersion: number | undefined;
  /** `unmanaged`: the twin names no artifacts. `invalid`: it has findings, and the last good state is kept. */
  readonly twin: 'unknown' | 'unmanaged' | 'managed' | 'invalid';
  readonly findings: readonly Finding[];
  readonly artifacts: Readonly<Record<string, ArtifactProgress>>;
  readonly release: ReleaseProgress | undefined;
  /** The release that `current` names. */
  readonly current: string | undefined;
  /** Why DeepStream does not run the release yet, for people. */
  readonly hint: string | undefined;
}

/** The state of a module that has just started. */
export const initialState: ModuleState = {
  desiredVersion: undefined,
  twin: 'unknown',
  findings: [],
  artifacts: {},
  release: undefined,
  current: undefined,
  hint: undefined,
};

/** At most so many findings go into the twin, which holds 32 KB; the log has them all. */
const maxFindings = 20;

/** The reported properties, whole: what is not in them is to be deleted from the twin. */
export function reportedProperties(state: ModuleState): JsonObject {
  const { desiredVersion, twin, findings, release, current, hint } = state;
  return withoutUndefined({
    desiredVersion,
    twin,
    findings: findings.slice(0, maxFindings).map(({ path, message }) => ({ path, message })),
    artifacts: Object.fromEntries(Object.entries(state.artifacts).map(([name, one]) => [name, reportedArtifact(one)])),
    release: release === undefined ? undefined : reportedRelease(release),
    current,
    hint,
  });
}

/** Progress changes all the time; everything else is a transition, which is reported at once. */
export function transitionKey(state: ModuleState): string {
  const artifacts = Object.entries(state.artifacts).map(([name, one]) => [
    name,
    one.sha256,
    one.state,
    one.error?.code,
  ]);
  return JSON.stringify([
    state.desiredVersion,
    state.twin,
    state.findings,
    artifacts,
    state.release && reportedRelease(state.release),
    state.current,
  ]);
}

function reportedArtifact(one: ArtifactProgress): JsonObject {
  const { kind, sha256, state, receivedBytes, totalBytes, error } = one;
  const percent =
    state === 'downloading' && receivedBytes !== undefined && totalBytes !== undefined
      ? Math.floor((100 * receivedBytes) / totalBytes)
      : undefined;
  return withoutUndefined({ kind, sha256, state, receivedBytes, totalBytes, percent, error: error && { ...error } });
}

function reportedRelease({ id, config, phase }: ReleaseProgress): JsonObject {
  const exits = 'exits' in phase && phase.exits > 0 ? phase.exits : undefined;
  const exitCode = 'exitCode' in phase ? phase.exitCode : undefined;
  const error = 'error' in phase ? { ...phase.error } : undefined;
  return withoutUndefined({ id, config, state: phase.state, exits, exitCode, error });
}

function withoutUndefined(object: Readonly<Record<string, JsonObject[string] | undefined>>): JsonObject {
  const entries = Object.entries(object).filter(
    (entry): entry is [string, JsonObject[string]] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}
