import { versionWentBack } from '@companion/edge';
import {
  clipBytes,
  fitReport,
  formatDiagnostic,
  jsonSizeBytes,
  wellFormed,
  withoutUndefined,
  type JsonObject,
} from '@companion/foundation';
import type { ShownError } from '../core/shown-error.ts';
import type { Rejection } from '../domain/control.ts';
import type { Finding } from '../domain/desired.ts';
import type { ArtifactProgress, ArtifactsProgress } from '../reconcile/artifact-progress.ts';
import { releasePhase, type ModuleState } from '../reconcile/module-state.ts';
import type { VolumeState } from '../volume/keeper.ts';

/** At most so many of each go into the twin; the log has them all. */
const maxFindings = 20;
const maxRejected = 5;
const maxUndeletable = 5;
const maxDamage = 5;
/** Of one text in UTF-8; a path of the twin may be longer than the rest. */
const textBytes = 500;
const pathBytes = 1024;
/** For all mistakes, and for all rejections: a few long ones must not take the place of the rest. */
const findingsBudgetBytes = 6 * 1024;
const rejectedBudgetBytes = 3 * 1024;
/** What goes first where all of it together is too much. What is left says how the release does. */
const expendable = ['artifacts', 'damage', 'rejected', 'findings', 'hint', 'volume', 'problem'];
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

/**
 * The whole report of the module, as a twin can hold it: under 32 KB whatever the state, without a character that a hub
 * refuses. What was too much is left out and named in `omitted`: without that, one long path would silence the report.
 */
export function reportOf(state: ModuleState, volume: VolumeState): JsonObject {
  return fitReport({ ...reportedProperties(state), volume: reportedVolume(volume) }, { expendable }).properties;
}

/** The properties that follow from the state; what is not in them is to be deleted from the twin. */
export function reportedProperties(state: ModuleState): JsonObject {
  const { damage = [], desiredVersion, wentBackFrom, twin, findings, releases } = state;
  const { control, problem } = releases;
  const { activation } = control;
  return withoutUndefined({
    desiredVersion,
    ...versionWentBack(wentBackFrom),
    twin,
    findings: reportedFindings(findings),
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
    rejected: reportedRejections(control.rejected),
    problem: problem && shortened(problem),
    damage:
      damage.length === 0
        ? undefined
        : damage.slice(0, maxDamage).map(({ path, reason }) => ({ path: short(path), reason: short(reason) })),
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
  return { path: short((at.path ?? []).join('.')), message: short(message) };
}

/** The first that fit, and how many more there are. */
function reportedFindings(findings: readonly Finding[]): readonly JsonObject[] {
  const shown: JsonObject[] = [];
  let leftBytes = findingsBudgetBytes;
  for (const finding of findings.slice(0, maxFindings)) {
    const one = { ...reportedFinding(finding) };
    leftBytes -= jsonSizeBytes(one);
    if (leftBytes < 0) break;
    shown.push(one);
  }
  const more = findings.length - shown.length;
  return more === 0 ? shown : [...shown, { path: '', message: `and ${more} more, which the log has` }];
}

/** The newest that fit. */
function reportedRejections(rejections: readonly Rejection[]): JsonObject {
  const shown: [string, JsonObject][] = [];
  let leftBytes = rejectedBudgetBytes;
  for (const { id, code, message, output = [] } of rejections.slice(-maxRejected).toReversed()) {
    const one = { ...shortened({ code, message }), ...(output.length > 0 ? { output: output.map(short) } : {}) };
    leftBytes -= jsonSizeBytes({ [id]: one });
    if (leftBytes < 0) break;
    shown.unshift([id, one]);
  }
  return Object.fromEntries(shown);
}

/** The volume's part of the reported properties. */
export function reportedVolume(volume: VolumeState): JsonObject {
  const { state } = volume;
  if ('error' in volume) return { state, error: reported(volume.error) };
  const undeletable = 'undeletable' in volume ? volume.undeletable.slice(0, maxUndeletable) : [];
  return undeletable.length === 0 ? { state } : { state, undeletable: undeletable.map((path) => short(path)) };
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
  return text === undefined ? undefined : short(text);
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
  const { kind, sha256, state, receivedBytes, totalBytes, unpacked, error } = one;
  const percent =
    state === 'downloading' && receivedBytes !== undefined && totalBytes !== undefined && totalBytes > 0
      ? Math.floor((100 * receivedBytes) / totalBytes)
      : undefined;
  const shown = { kind, sha256, state, unpacked, receivedBytes, totalBytes, percent };
  return withoutUndefined({ ...shown, error: error && reported(error) });
}

function reportedRelease(state: ModuleState): JsonObject | undefined {
  const phase = releasePhase(state);
  if (phase === undefined || state.wanted === undefined) return undefined;
  const exits = 'exits' in phase && phase.exits > 0 ? phase.exits : undefined;
  const exitCode = 'exitCode' in phase ? phase.exitCode : undefined;
  const error = 'error' in phase ? reported(phase.error) : undefined;
  const until = 'untilMs' in phase ? new Date(phase.untilMs).toISOString() : undefined;
  const { id, config } = state.wanted;
  const shownConfig = config === undefined ? undefined : clipBytes(wellFormed(config), pathBytes);
  return withoutUndefined({ id, config: shownConfig, state: phase.state, exits, exitCode, until, error });
}

function reported({ code, message, facts }: ShownError): JsonObject {
  return { ...shortened({ code, message }), facts: jsonSizeBytes(facts) <= 1024 ? facts : {} };
}

function shortened({ code, message }: Pick<ShownError, 'code' | 'message'>): JsonObject {
  return { code: short(code), message: short(message) };
}

function short(text: string): string {
  return clipBytes(wellFormed(text), textBytes);
}
