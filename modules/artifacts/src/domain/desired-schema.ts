import * as z from 'zod';
import { parseWindow } from './window.ts';
import type { Finding } from './desired.ts';

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
  credential: artifactName.optional(),
});

const value = z
  .union([oneLine, z.number(), z.boolean()], { error: 'must be a string of one line, a number or a boolean' })
  .transform((raw) => (typeof raw === 'boolean' ? (raw ? '1' : '0') : String(raw)));

const edit = z.strictObject({
  file: configPath.optional(),
  group: oneLine.min(1),
  set: z.record(oneLine, value),
});

/** Several times what a device can decode. */
const maxSources = 128;
/** Each of these would end a word in a line, a `;` list or a CSV row; what is not ASCII has to be percent-encoded. */
const sourceCharacters = /^[\x21-\x7e]+$/;
/** User and password end at the last `@` before the path, so that they can be found again to be left out of reports. */
const networkSource =
  /^(?:rtsp[stu]?|https?):\/\/(?:[^/]*@)?(?:\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::\d{1,5})?(?:[/?#].*)?$/i;
/** `file://../x` is a path relative to the config, as DeepStream takes it. */
const fileSource = /^file:\/\/[^?#]+$/i;

const sourceUri = z
  .string()
  .max(1024)
  .superRefine((uri, context) => {
    const mistake = sourceMistake(uri);
    if (mistake !== undefined) context.addIssue({ code: 'custom', message: mistake });
  });

const activate = z.strictObject({
  by: z.enum(['supervisor', 'edged', 'docker', 'ota', 'none']).default('supervisor'),
  // Docker's own rule for names; nothing else may reach the path of a request.
  module: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, 'must be the name of a module')
    .default('NVIDIADeepStreamSDK'),
  socket: z
    .string()
    .regex(/^\/[^\0\n\r]{0,107}$/, 'must be an absolute path of at most 108 characters')
    .optional(),
  healthyAfterSec: z.number().min(0).max(3600).default(30),
  giveUpAfterSec: z.number().min(1).max(86_400).default(1800),
  expectMessages: z.boolean().default(false),
});

const policy = z.strictObject({
  keepReleases: z.number().int().min(1).max(20).default(2),
  parallel: z.number().int().min(1).max(8).default(2),
  maxBytesPerSec: z.number().int().min(0).default(0),
  maxArtifactBytes: z.number().int().positive().default(4_294_967_296),
  freeBytesFloor: z.number().int().min(0).default(268_435_456),
  window: z
    .string()
    .transform((text, context) => {
      const window = parseWindow(text);
      if (typeof window !== 'string') return window;
      context.addIssue({ code: 'custom', message: window });
      return z.NEVER;
    })
    .optional(),
});

const document = z.strictObject({
  artifacts: z.record(artifactName, artifact),
  deepstream: z
    .strictObject({
      config: configPath.optional(),
      sources: z.array(sourceUri).min(1).max(maxSources).optional(),
      edits: z.record(artifactName, edit).default({}),
      activate: activate.prefault({}),
    })
    .prefault({}),
  policy: policy.prefault({}),
});

/** Checks a desired document field by field, with defaults filled in; every mistake is a finding with its path. */
export function parseDocument(
  properties: Readonly<Record<string, unknown>>,
):
  | { readonly ok: true; readonly document: z.infer<typeof document> }
  | { readonly ok: false; readonly findings: readonly Finding[] } {
  const parsed = document.safeParse(properties);
  return parsed.success
    ? { ok: true, document: parsed.data }
    : { ok: false, findings: parsed.error.issues.flatMap(findingsOf) };
}

function findingsOf(issue: z.core.$ZodIssue): Finding[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'is not a known field' }));
  }
  // What is wrong with a key of a map stands one level down.
  const { message } = (issue.code === 'invalid_key' ? issue.issues[0] : undefined) ?? issue;
  return [{ path: path.join('.'), message }];
}

function sourceMistake(uri: string): string | undefined {
  // The URI itself may hold a password: no message shows it.
  if (!sourceCharacters.test(uri)) return 'must be one word of ASCII characters';
  if (/[;,"\\]/.test(uri)) return 'must not contain ; , " or \\ (percent-encode them)';
  if (networkSource.test(uri) || fileSource.test(uri)) return undefined;
  return 'must be an rtsp://, http://, https:// or file:// URI';
}

function urlMistake(url: string): string | undefined {
  if (/[\s\0]/.test(url)) return 'must not contain white space';
  if (/^file:\/\/\/[^?#]+$/i.test(url)) return undefined;
  const match = /^(https?):\/\/([^/?#]+)/i.exec(url);
  if (!match) return 'must be an http or https URL, or a file:/// URL of the import directory';
  if (match[2]?.includes('@') === true) return 'must not carry a user name or password';
  return undefined;
}
