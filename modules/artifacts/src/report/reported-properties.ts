import type { JsonObject } from '@companion/foundation';
import { initialView, type ControlView } from '../activation/control-view.ts';
import type { ArtifactProgress, ArtifactsProgress } from '../reconcile/artifact-progress.ts';
import type { ReportedError } from '../core/failure.ts';
import { rejectionOf, targetOf } from '../domain/control.ts';
import type { Finding } from '../domain/desired.ts';
import type { Health } from '../domain/health.ts';
import type { VolumeState } from '../volume/keeper.ts';

/** How far the release is that the newest valid twin asks for, as long as it does not run. */
export type Preparation =
  | { readonly state: 'preparing' }
  | { readonly state: 'refused'; readonly error: ReportedError }
  /** Ready; `untilMs` (milliseconds since 1970) is when the window opens. */
  | { readonly state: 'waiting'; readonly untilMs: number }
  | { readonly state: 'ready' };

/** The release that the newest valid twin asks for. */
export interface WantedRelease {
  readonly id: string;
  readonly config: string | undefined;
  readonly preparation: Preparation;
}

/** Everything the module tells about itself. */
export interface ModuleState {
  readonly desiredVersion: number | undefined;
  /** `unmanaged`: the twin names no artifacts. `invalid`: it has findings, and the last good state is kept. */
  readonly twin: 'unknown' | 'unmanaged' | 'managed' | 'invalid';
  readonly findings: readonly Finding[];
  readonly artifacts: ArtifactsProgress;
  readonly wanted: WantedRelease | undefined;
  readonly releases: ControlView;
}

/** The state of a module that has just started. */
export const initialState: ModuleState = {
  desiredVersion: undefined,
  twin: 'unknown',
  findings: [],
  artifacts: {},
  wanted: undefined,
  releases: initialView,
};

/** How far the wanted release is, from its download to its health. */
export type ReleasePhase =
  | Preparation
  | { readonly state: 'published' }
  | { readonly state: 'rolledBack'; readonly error: ReportedError }
  | Health;

/** Rejections of releases that have run; all others were refused before anything was touched. */
const ranAndFailed: ReadonlySet<string> = new Set(['UNHEALTHY', 'RESTARTED_TOO_OFTEN', 'RELEASE_LOST', 'ROLLED_BACK']);

/** The one word for where the wanted release stands; undefined where none is wanted. */
export function releasePhase({ wanted, releases }: ModuleState): ReleasePhase | undefined {
  if (wanted === undefined) return undefined;
  const { control, health } = releases;
  if (targetOf(control) === wanted.id) {
    return health ?? { state: 'published' };
  }
  const rejection = rejectionOf(control, wanted.id);
  if (rejection === undefined) return wanted.preparation;
  const { code, message } = rejection;
  if (ranAndFailed.has(code)) return { state: 'rolledBack', error: { code, message, facts: {} } };
  return wanted.preparation.state === 'refused'
    ? wanted.preparation
    : { state: 'refused', error: { code, message, facts: {} } };
}

/** At most so many of each go into the twin; the log has them all. */
const maxFindings = 20;
const maxRejected = 5;
const maxUndeletable = 5;
const maxHintLength = 500;
/** Reported properties hold 32 KB; what is not an artifact takes a few, and keys that go are `null` for a moment. */
const artifactsBudgetBytes = 16 * 1024;
const order: readonly ArtifactProgress['state'][] = [
  'failed',
  'downloading',
  'verifying',
  'unpacking',
  'waiting',
  'ready',
];

/** The reported properties, whole: what is not in them is to be deleted from the twin. Under 32 KB whatever the state. */
export function reportedProperties(state: ModuleState): JsonObject {
  const { desiredVersion, twin, findings, releases } = state;
  const { control, hint, problem } = releases;
  const { activation } = control;
  return withoutUndefined({
    desiredVersion,
    twin,
    findings: findings.slice(0, maxFindings).map(({ path, message }) => ({ path: cut(path), message: cut(message) })),
    ...reportedArtifacts(state.artifacts),
    release: reportedRelease(state),
    current: releases.current,
    activation: withoutUndefined({
      state: activation.phase,
      active: control.active,
      previous: control.previous,
      failed: 'failed' in activation ? activation.failed : undefined,
      health: releases.health?.state,
    }),
    rejected: Object.fromEntries(
      control.rejected.slice(-maxRejected).map(({ id, code, message }) => [id, { code, message: cut(message) }]),
    ),
    problem: problem && { code: problem.code, message: cut(problem.message) },
    hint: hint === undefined ? stuckHint(state) : cut(hint),
  });
}

/** The volume's part of the reported properties. */
export function reportedVolume(volume: VolumeState): JsonObject {
  const { state } = volume;
  if ('error' in volume) return { state, error: reported(volume.error) };
  const undeletable = 'undeletable' in volume ? volume.undeletable.slice(0, maxUndeletable) : [];
  return undeletable.length === 0 ? { state } : { state, undeletable: undeletable.map(cut) };
}

/** Progress changes all the time; everything else is a transition, which is reported at once. */
export function transitionKey(state: ModuleState): string {
  const artifacts = Object.entries(state.artifacts).map(([name, one]) => [
    name,
    one.sha256,
    one.state,
    one.error?.code,
  ]);
  return JSON.stringify([artifacts, reportedProperties({ ...state, artifacts: {} })]);
}

function stuckHint({ releases: { control, health } }: ModuleState): string | undefined {
  if (control.activation.phase !== 'stuck' || health?.state === 'running') return undefined;
  const { release, failed } = control.activation;
  return release === failed
    ? `release ${release} is not healthy, and there is none to go back to`
    : `release ${failed} failed and so did ${release}, to which it went back: nothing more is tried until the twin asks for another`;
}

/** All of them while they fit; otherwise those that need a look, and a count of the states of all. */
function reportedArtifacts(artifacts: ArtifactsProgress): Record<string, JsonObject> {
  const all = Object.entries(artifacts).map(([name, one]) => [name, reportedArtifact(one)] as const);
  if (sizeBytes(Object.fromEntries(all)) <= artifactsBudgetBytes) return { artifacts: Object.fromEntries(all) };
  const counts: Record<string, number> = {};
  for (const { state } of Object.values(artifacts)) counts[state] = (counts[state] ?? 0) + 1;
  const rank = (name: string): number => order.indexOf(artifacts[name]?.state ?? 'ready');
  const shown: Record<string, JsonObject> = {};
  let left = artifactsBudgetBytes;
  for (const [name, one] of all.toSorted(([a], [b]) => rank(a) - rank(b))) {
    left -= sizeBytes({ [name]: one });
    if (left < 0) break;
    shown[name] = one;
  }
  return { artifacts: shown, artifactsSummary: { ...counts, total: all.length, shown: Object.keys(shown).length } };
}

function reportedArtifact(one: ArtifactProgress): JsonObject {
  const { kind, sha256, state, receivedBytes, totalBytes, error } = one;
  const percent =
    state === 'downloading' && receivedBytes !== undefined && totalBytes !== undefined && totalBytes > 0
      ? Math.floor((100 * receivedBytes) / totalBytes)
      : undefined;
  return withoutUndefined({ kind, sha256, state, receivedBytes, totalBytes, percent, error: error && reported(error) });
}

function reportedRelease(state: ModuleState): JsonObject | undefined {
  const phase = releasePhase(state);
  if (phase === undefined || state.wanted === undefined) return undefined;
  const exits = 'exits' in phase && phase.exits > 0 ? phase.exits : undefined;
  const exitCode = 'exitCode' in phase ? phase.exitCode : undefined;
  const error = 'error' in phase ? reported(phase.error) : undefined;
  const until = 'untilMs' in phase ? new Date(phase.untilMs).toISOString() : undefined;
  const { id, config } = state.wanted;
  return withoutUndefined({ id, config, state: phase.state, exits, exitCode, until, error });
}

function reported({ code, message, facts }: ReportedError): JsonObject {
  return { code, message: cut(message), facts: sizeBytes(facts) <= 1024 ? facts : {} };
}

function cut(text: string): string {
  return text.length <= maxHintLength ? text : `${text.slice(0, maxHintLength - 1)}…`;
}

function sizeBytes(object: JsonObject): number {
  return Buffer.byteLength(JSON.stringify(object), 'utf8');
}

function withoutUndefined(object: Readonly<Record<string, JsonObject[string] | undefined>>): JsonObject {
  const entries = Object.entries(object).filter(
    (entry): entry is [string, JsonObject[string]] => entry[1] !== undefined,
  );
  return Object.fromEntries(entries);
}
