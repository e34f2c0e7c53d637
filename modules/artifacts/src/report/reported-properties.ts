import { clip, formatDiagnostic, jsonSizeBytes, withoutUndefined, type JsonObject } from '@companion/foundation';
import type { ShownError } from '../core/shown-error.ts';
import type { Finding } from '../domain/desired.ts';
import type { ArtifactProgress, ArtifactsProgress } from '../reconcile/artifact-progress.ts';
import { releasePhase, type ModuleState } from '../reconcile/module-state.ts';
import type { VolumeState } from '../volume/keeper.ts';

/** At most so many of each go into the twin; the log has them all. */
const maxFindings = 20;
const maxRejected = 5;
const maxUndeletable = 5;
const maxTextLength = 500;
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
  const { control, problem } = releases;
  const { activation } = control;
  return withoutUndefined({
    desiredVersion,
    twin,
    findings: findings.slice(0, maxFindings).map((finding) => ({ ...reportedFinding(finding) })),
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
      control.rejected
        .slice(-maxRejected)
        .map(({ id, code, message }) => [id, { code, message: clip(message, maxTextLength) }]),
    ),
    problem: problem && { code: problem.code, message: clip(problem.message, maxTextLength) },
    hint: hintOf(state),
  });
}

/** A mistake in the twin as it is reported. */
export interface ReportedFinding {
  /** Dotted, below `properties.desired`: `artifacts.resnet10.sha256`. */
  readonly path: string;
  readonly message: string;
}

/** What is reported of a mistake. */
export function reportedFinding({ at, message }: Finding): ReportedFinding {
  return { path: clip((at.path ?? []).join('.'), maxTextLength), message: clip(message, maxTextLength) };
}

/** The volume's part of the reported properties. */
export function reportedVolume(volume: VolumeState): JsonObject {
  const { state } = volume;
  if ('error' in volume) return { state, error: reported(volume.error) };
  const undeletable = 'undeletable' in volume ? volume.undeletable.slice(0, maxUndeletable) : [];
  return undeletable.length === 0
    ? { state }
    : { state, undeletable: undeletable.map((path) => clip(path, maxTextLength)) };
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

/** What DeepStream needs of an operator goes before what the state's file does. */
function hintOf(state: ModuleState): string | undefined {
  const { hint, stateFindings } = state.releases;
  const finding = stateFindings.find(({ severity }) => severity === 'warning') ?? stateFindings[0];
  const text = hint ?? stuckHint(state) ?? (finding && formatDiagnostic(finding));
  return text === undefined ? undefined : clip(text, maxTextLength);
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
  if (jsonSizeBytes(Object.fromEntries(all)) <= artifactsBudgetBytes) return { artifacts: Object.fromEntries(all) };
  const counts: Record<string, number> = {};
  for (const { state } of Object.values(artifacts)) counts[state] = (counts[state] ?? 0) + 1;
  const rank = (name: string): number => order.indexOf(artifacts[name]?.state ?? 'ready');
  const shown: Record<string, JsonObject> = {};
  let left = artifactsBudgetBytes;
  for (const [name, one] of all.toSorted(([a], [b]) => rank(a) - rank(b))) {
    left -= jsonSizeBytes({ [name]: one });
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

function reported({ code, message, facts }: ShownError): JsonObject {
  return { code, message: clip(message, maxTextLength), facts: jsonSizeBytes(facts) <= 1024 ? facts : {} };
}
