import { protoKeyMessage, protoKeyPaths, type Diagnostic, type JsonPath } from '@companion/foundation';
import type * as z from 'zod';
import { activatorNames, defaultSocketOf, type ActivatorKind } from './activator-kinds.ts';
import { parseDocument } from './desired-schema.ts';
import type { Window } from './window.ts';

/** What an artifact is for: it decides where in a release it stands (`models/`, `configs/`, `streams/`). */
export type ArtifactKind = 'model' | 'config' | 'stream';

/** Whether an archive is unpacked (zips that are models themselves never are), or every download stays one file. */
export type UnpackRule = 'auto' | 'none';

/** One download, as the twin names it. */
export interface ArtifactSpec {
  readonly name: string;
  readonly kind: ArtifactKind;
  /** An http or https URL, or a `file:` URL below the import directory. */
  readonly url: string;
  /** Digest of the file as downloaded, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly sizeBytes: number | undefined;
  /** Name of the credential that opens the URL; the secret itself never stands in a twin. */
  readonly credential: string | undefined;
  readonly unpack: UnpackRule;
}

/** Keys to set in one group of one config file of the release. */
export interface EditSpec {
  readonly name: string;
  /** Path inside the release; the app config where undefined. */
  readonly file: string | undefined;
  readonly group: string;
  readonly set: Readonly<Record<string, string>>;
}

/** How DeepStream is made to take a release, and when it counts as healthy. */
export interface ActivateSpec {
  readonly by: ActivatorKind;
  /** Name of DeepStream's module or container, for `edged` and `docker`. */
  readonly module: string;
  /** Path of the management or Docker socket; each way's own default where undefined. */
  readonly socket: string | undefined;
  readonly healthyAfterSec: number;
  readonly giveUpAfterSec: number;
  /** Healthy only if a message arrived at the module's `health` input since DeepStream started. */
  readonly expectMessages: boolean;
}

/** What the module may take of the device and of its working day. */
export interface PolicySpec {
  /** Releases kept in all; the active one and the one before it always are. */
  readonly keepReleases: number;
  /** Downloads at a time. */
  readonly parallel: number;
  /** For all downloads together; 0 is without limit. */
  readonly maxBytesPerSec: number;
  /** For reading the store again, to find damage; 0 is off. */
  readonly scrubBytesPerSec: number;
  readonly maxArtifactBytes: number;
  /** So much stays free on the volume. */
  readonly freeBytesFloor: number;
  /** Whether a server in the internet may redirect a download into this device's networks. */
  readonly privateRedirects: 'allow' | 'deny';
  /** When DeepStream may be interrupted; at any time where undefined. */
  readonly window: Window | undefined;
}

/** A valid desired document of the artifacts module; lists are sorted by name, so that equal documents are equal values. */
export interface DesiredState {
  readonly artifacts: readonly ArtifactSpec[];
  /** The app config that DeepStream runs, as a path inside the release; undefined delivers files and starts nothing. */
  readonly config: string | undefined;
  /** URIs that take the place of the config's own sources, in this order; they may hold passwords. Undefined leaves the config's. */
  readonly sources: readonly string[] | undefined;
  readonly edits: readonly EditSpec[];
  readonly activate: ActivateSpec;
  readonly policy: PolicySpec;
}

/** Why something in a twin is refused. */
export type FindingCode =
  /** A field that no twin has. */
  | 'UNKNOWN_FIELD'
  /** A value that its field can't have. */
  | 'INVALID_VALUE'
  /** Fields that are sound one by one, but not together. */
  | 'INCONSISTENT';

/** One mistake in the twin: where below `properties.desired`, and what to do about it. */
export type Finding = Diagnostic<FindingCode>;

/**
 * What a desired document asks for. `unmanaged` is a twin without `artifacts`: hands off, never "remove all", because an
 * edgeHub that has never been online answers with an empty twin.
 */
export type Desired =
  | { readonly kind: 'unmanaged' }
  | { readonly kind: 'managed'; readonly state: DesiredState }
  | { readonly kind: 'invalid'; readonly findings: readonly Finding[] };

/** Reads a desired document (without `$` members). Never throws; every mistake is a finding with its path. */
export function parseDesired(properties: Readonly<Record<string, unknown>>): Desired {
  if (properties['artifacts'] === undefined) return { kind: 'unmanaged' };
  const parsed = parseDocument(properties);
  // Not left to the schema, which drops `__proto__` from a map.
  const reserved = protoKeyPaths(properties);
  if (!parsed.success || reserved.length > 0) {
    return { kind: 'invalid', findings: schemaFindings(parsed.error?.issues ?? [], reserved) };
  }
  const { artifacts, deepstream, policy } = parsed.data;
  const state: DesiredState = {
    artifacts: byName(artifacts).map(([name, spec]) => ({
      name,
      ...spec,
      sizeBytes: spec.sizeBytes,
      credential: spec.credential,
    })),
    config: deepstream.config,
    sources: deepstream.sources,
    edits: byName(deepstream.edits).map(([name, spec]) => ({ name, ...spec, file: spec.file })),
    activate: { ...deepstream.activate, socket: deepstream.activate.socket },
    policy: { ...policy, window: policy.window },
  };
  const findings = crossFindings(state);
  return findings.length > 0 ? { kind: 'invalid', findings } : { kind: 'managed', state };
}

function schemaFindings(issues: readonly z.core.$ZodIssue[], reserved: readonly JsonPath[]): Finding[] {
  const known = new Set(reserved.map((path) => JSON.stringify(path)));
  return [
    ...reserved.map((path): Finding => ({
      severity: 'error',
      code: 'INVALID_VALUE',
      at: { path },
      message: protoKeyMessage,
    })),
    ...issues.flatMap(findingsOf).filter(({ at }) => !known.has(JSON.stringify(at.path))),
  ];
}

function findingsOf(issue: z.core.$ZodIssue): Finding[] {
  const path = issue.path.map((step) => (typeof step === 'number' ? step : String(step)));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      severity: 'error',
      code: 'UNKNOWN_FIELD',
      at: { path: [...path, key] },
      message: 'is not a known field',
    }));
  }
  // What is wrong with a key of a map is one level down.
  const { message } = (issue.code === 'invalid_key' ? issue.issues[0] : undefined) ?? issue;
  return [{ severity: 'error', code: 'INVALID_VALUE', at: { path }, message }];
}

/** Mistakes that only show when fields are read together. */
function crossFindings(state: DesiredState): Finding[] {
  return [...configFindings(state), ...sizeFindings(state), ...activateFindings(state)];
}

function configFindings({ artifacts, config, sources, edits }: DesiredState): Finding[] {
  const configs = new Set(artifacts.filter((one) => one.kind === 'config').map((one) => one.name));
  const findings: Finding[] = [];
  const needsArtifact = (path: JsonPath, file: string): void => {
    const owner = file.split('/')[1] ?? '';
    if (configs.has(owner)) return;
    findings.push(inconsistent(path, `${file} needs an artifact "${owner}" of kind config, and there is none`));
  };
  if (config !== undefined) needsArtifact(['deepstream', 'config'], config);
  if (sources !== undefined && config === undefined) {
    findings.push(inconsistent(['deepstream', 'sources'], 'needs a deepstream.config to go into'));
  }
  for (const { name, file } of edits) {
    const path = ['deepstream', 'edits', name];
    if (file !== undefined) needsArtifact([...path, 'file'], file);
    else if (config === undefined) {
      findings.push(inconsistent(path, 'names no file, and there is no deepstream.config to edit'));
    }
  }
  return findings;
}

function sizeFindings({ artifacts, policy }: DesiredState): Finding[] {
  const { maxArtifactBytes } = policy;
  return artifacts
    .filter(({ sizeBytes = 0 }) => sizeBytes > maxArtifactBytes)
    .map(({ name }) =>
      inconsistent(['artifacts', name, 'sizeBytes'], `is more than policy.maxArtifactBytes, ${maxArtifactBytes}`),
    );
}

function activateFindings({ activate }: DesiredState): Finding[] {
  const { by, socket, healthyAfterSec, giveUpAfterSec } = activate;
  const path = ['deepstream', 'activate'];
  const findings: Finding[] = [];
  if (socket !== undefined && defaultSocketOf(by) === undefined) {
    const users = activatorNames.filter((kind) => defaultSocketOf(kind) !== undefined).join(' and ');
    findings.push(inconsistent([...path, 'socket'], `is for ${users}, not for ${by}`));
  }
  if (healthyAfterSec >= giveUpAfterSec) {
    findings.push(inconsistent(path, 'giveUpAfterSec must be more than healthyAfterSec'));
  }
  return findings;
}

function inconsistent(path: JsonPath, message: string): Finding {
  return { severity: 'error', code: 'INCONSISTENT', at: { path }, message };
}

function byName<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
