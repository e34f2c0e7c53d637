import { parseDocument } from './desired-schema.ts';
import type { Window } from './window.ts';

/** What an artifact is for: it decides where in a release it stands (`models/`, `configs/`, `streams/`). */
export type ArtifactKind = 'model' | 'config' | 'stream';

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
}

/** Keys to set in one group of one config file of the release. */
export interface EditSpec {
  readonly name: string;
  /** Path inside the release; the app config where undefined. */
  readonly file: string | undefined;
  readonly group: string;
  readonly set: Readonly<Record<string, string>>;
}

/** The ways to make DeepStream take a release. */
export type ActivateBy = 'supervisor' | 'edged' | 'docker' | 'ota' | 'none';

/** How DeepStream is made to take a release, and when it counts as healthy. */
export interface ActivateSpec {
  readonly by: ActivateBy;
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
  readonly maxArtifactBytes: number;
  /** So much stays free on the volume. */
  readonly freeBytesFloor: number;
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

/** One mistake in the twin: where, and what to do about it. */
export interface Finding {
  /** Dotted path below `properties.desired`, for example `artifacts.resnet10.sha256`. */
  readonly path: string;
  readonly message: string;
}

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
  if (!parsed.ok) return { kind: 'invalid', findings: parsed.findings };
  const { artifacts, deepstream, policy } = parsed.document;
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

/** Mistakes that only show when fields are read together. */
function crossFindings(state: DesiredState): Finding[] {
  const configs = new Set(state.artifacts.filter((one) => one.kind === 'config').map((one) => one.name));
  const findings: Finding[] = [];
  const needsArtifact = (path: string, file: string): void => {
    const owner = file.split('/')[1] ?? '';
    if (configs.has(owner)) return;
    findings.push({ path, message: `${file} needs an artifact "${owner}" of kind config, and there is none` });
  };
  if (state.config !== undefined) needsArtifact('deepstream.config', state.config);
  if (state.sources !== undefined && state.config === undefined) {
    findings.push({ path: 'deepstream.sources', message: 'needs a deepstream.config to go into' });
  }
  for (const one of state.edits) {
    const path = `deepstream.edits.${one.name}`;
    if (one.file !== undefined) needsArtifact(`${path}.file`, one.file);
    else if (state.config === undefined) {
      findings.push({ path, message: 'names no file, and there is no deepstream.config to edit' });
    }
  }
  for (const { name, sizeBytes = 0 } of state.artifacts) {
    const { maxArtifactBytes } = state.policy;
    if (sizeBytes <= maxArtifactBytes) continue;
    findings.push({
      path: `artifacts.${name}.sizeBytes`,
      message: `is more than policy.maxArtifactBytes, ${maxArtifactBytes}`,
    });
  }
  const { by, socket } = state.activate;
  if (socket !== undefined && by !== 'edged' && by !== 'docker') {
    findings.push({ path: 'deepstream.activate.socket', message: `is for edged and docker, not for ${by}` });
  }
  if (state.activate.healthyAfterSec >= state.activate.giveUpAfterSec) {
    findings.push({ path: 'deepstream.activate', message: 'giveUpAfterSec must be more than healthyAfterSec' });
  }
  return findings;
}

function byName<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
