import { z } from 'zod';

/** What an artifact is for: it decides where in a release it stands (`models/`, `configs/`, `streams/`). */
export type ArtifactKind = 'model' | 'config' | 'stream';

/** One download, as the twin names it. */
export interface ArtifactSpec {
  readonly name: string;
  readonly kind: ArtifactKind;
  readonly url: string;
  /** Digest of the file as downloaded, 64 lower-case hexadecimal digits. */
  readonly sha256: string;
  readonly sizeBytes: number | undefined;
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
  readonly by: 'supervisor';
  readonly healthyAfterSec: number;
  readonly giveUpAfterSec: number;
}

/** A valid desired document of the artifacts module; lists are sorted by name, so that equal documents are equal values. */
export interface DesiredState {
  readonly artifacts: readonly ArtifactSpec[];
  /** The app config that DeepStream runs, as a path inside the release; undefined delivers files and starts nothing. */
  readonly config: string | undefined;
  readonly edits: readonly EditSpec[];
  readonly activate: ActivateSpec;
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

/** Fields of the contract that a later version brings; named so that nobody takes them for typing mistakes. */
const notYet: ReadonlySet<string> = new Set(['policy', 'artifacts.*.credential', 'deepstream.sources']);

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const pathPattern = /^configs\/[A-Za-z0-9][A-Za-z0-9_-]{0,63}(\/[^/\0\n\r\\]+)+$/;
const oneLine = z.string().regex(/^[^\n\r\0]*$/, 'must be one line');

const configPath = z
  .string()
  .regex(pathPattern, 'must be a path inside the release, like configs/<artifact>/<file>')
  .refine((path) => !path.split('/').some((part) => part === '.' || part === '..'), 'must not contain . or .. parts');

const artifactName = z
  .string()
  .regex(namePattern, 'must be a name of letters, digits, _ and -, at most 64 long, starting with a letter or digit');

const artifact = z.strictObject({
  kind: z.enum(['model', 'config', 'stream']),
  url: z.string().superRefine((url, context) => {
    const mistake = urlMistake(url);
    if (mistake !== undefined) context.addIssue({ code: 'custom', message: mistake });
  }),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits (as sha256sum prints)')
    .transform((digest) => digest.toLowerCase()),
  sizeBytes: z.number().int().positive().optional(),
});

const value = z
  .union([oneLine, z.number(), z.boolean()], { error: 'must be a string of one line, a number or a boolean' })
  .transform((raw) => (typeof raw === 'boolean' ? (raw ? '1' : '0') : String(raw)));

const edit = z.strictObject({
  file: configPath.optional(),
  group: oneLine.min(1),
  set: z.record(oneLine, value),
});

const activate = z.strictObject({
  by: z.literal('supervisor').default('supervisor'),
  healthyAfterSec: z.number().min(0).max(3600).default(30),
  giveUpAfterSec: z.number().min(1).max(86_400).default(1800),
});

const document = z.strictObject({
  artifacts: z.record(artifactName, artifact),
  deepstream: z
    .strictObject({
      config: configPath.optional(),
      edits: z.record(artifactName, edit).default({}),
      activate: activate.prefault({}),
    })
    .prefault({}),
});

/** Reads a desired document (without `$` members). Never throws; every mistake is a finding with its path. */
export function parseDesired(properties: Readonly<Record<string, unknown>>): Desired {
  if (properties['artifacts'] === undefined) return { kind: 'unmanaged' };
  const parsed = document.safeParse(properties);
  if (!parsed.success) return { kind: 'invalid', findings: parsed.error.issues.flatMap(findingsOf) };
  const { artifacts, deepstream } = parsed.data;
  const state: DesiredState = {
    artifacts: byName(artifacts).map(([name, spec]) => ({ name, ...spec, sizeBytes: spec.sizeBytes })),
    config: deepstream.config,
    edits: byName(deepstream.edits).map(([name, spec]) => ({ name, ...spec, file: spec.file })),
    activate: deepstream.activate,
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
  for (const one of state.edits) {
    const path = `deepstream.edits.${one.name}`;
    if (one.file !== undefined) needsArtifact(`${path}.file`, one.file);
    else if (state.config === undefined) {
      findings.push({ path, message: 'names no file, and there is no deepstream.config to edit' });
    }
  }
  if (state.activate.healthyAfterSec >= state.activate.giveUpAfterSec) {
    findings.push({ path: 'deepstream.activate', message: 'giveUpAfterSec must be more than healthyAfterSec' });
  }
  return findings;
}

function findingsOf(issue: z.core.$ZodIssue): Finding[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...path, key].join('.'),
      message: notYet.has(pattern([...path, key])) ? 'is not supported by this version' : 'is not a known field',
    }));
  }
  return [{ path: path.join('.'), message: issue.message }];
}

/** `artifacts.resnet10.credential` → `artifacts.*.credential`. */
function pattern(path: readonly string[]): string {
  return path.map((part, index) => (index === 1 && path[0] === 'artifacts' ? '*' : part)).join('.');
}

function urlMistake(url: string): string | undefined {
  const match = /^(https?):\/\/([^/?#]+)/i.exec(url);
  if (!match) return 'must be an http or https URL';
  if (match[2]?.includes('@') === true) return 'must not carry a user name or password';
  if (/[\s\0]/.test(url)) return 'must not contain white space';
  return undefined;
}

function byName<T>(map: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(map).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
}
