import { utf8Length } from '@companion/foundation';
import * as z from 'zod';
import { parseWindow } from './window.ts';
import { activatorNames } from './activator-kinds.ts';
import { urlMistake } from './url-schemes.ts';

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const pathPattern = /^configs\/[A-Za-z0-9][A-Za-z0-9_-]{0,63}(\/[^/\0\n\r\\]+)+$/;
/** Linux: NAME_MAX, and PATH_MAX less what stands before a path of a release. */
const maxNameBytes = 255;
const maxPathBytes = 3500;
const oneLine = z.string().regex(/^[^\n\r\0]*$/, 'must be one line');

const configPath = z
  .string()
  .regex(pathPattern, 'must be a path inside the release, like configs/<artifact>/<file>')
  .refine((path) => !path.split('/').some((part) => part === '.' || part === '..'), 'must not contain . or .. parts')
  .refine((path) => utf8Length(path) <= maxPathBytes, `must not be longer than ${maxPathBytes} bytes`)
  .refine(
    (path) => path.split('/').every((part) => utf8Length(part) <= maxNameBytes),
    `must not have a part longer than ${maxNameBytes} bytes`,
  );

const artifactName = z
  .string()
  .regex(namePattern, 'must be a name of letters, digits, _ and -, at most 64 long, starting with a letter or digit');

const artifact = z.strictObject({
  kind: z
    .enum(['model', 'config', 'stream'])
    .meta({ description: 'Decides the folder in a release: `models/`, `configs/` or `streams/`.' }),
  url: z
    .string()
    .superRefine((url, context) => {
      const mistake = urlMistake(url);
      if (mistake !== undefined) context.addIssue({ code: 'custom', message: mistake });
    })
    .meta({
      description:
        'An http(s) URL, or a file:/// URL below the import directory. It must not carry a user name or password.',
    }),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'must be 64 hexadecimal digits (as sha256sum prints)')
    .transform((digest) => digest.toLowerCase())
    .meta({ description: 'SHA-256 of the file as downloaded, as sha256sum prints it.' }),
  sizeBytes: z
    .number()
    .int()
    .positive()
    .optional()
    .meta({ description: 'Size of the file as downloaded. It is checked, and gives the progress a total.' }),
  credential: artifactName.optional().meta({
    description: 'The name of a secret on the device that opens the URL. The secret itself is never in a twin.',
  }),
  unpack: z.enum(['auto', 'none']).default('auto').meta({
    description:
      '`auto` unpacks tar, tar.gz and zip, but not zips that are models themselves; `none` keeps every download as the file that it is.',
  }),
});

const value = z
  .union([oneLine, z.number(), z.boolean()], { error: 'must be a string of one line, a number or a boolean' })
  .transform((raw) => (typeof raw === 'boolean' ? (raw ? '1' : '0') : String(raw)));

const edit = z.strictObject({
  file: configPath
    .optional()
    .meta({ description: 'The config to edit, as a path inside the release; without it, `deepstream.config`.' }),
  group: oneLine.min(1).meta({ description: 'The group (section) of the config, which is added if it is not there.' }),
  set: z
    .record(oneLine, value)
    .meta({ description: 'Keys and their values. Every other byte of the file stays; true and false become 1 and 0.' }),
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
  by: z
    .enum(activatorNames)
    .default('supervisor')
    .meta({ description: 'How DeepStream takes a release. docs/security.md says what each way needs.' }),
  // Docker's own rule for names; nothing else may reach the path of a request.
  module: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]{0,127}$/, 'must be the name of a module')
    .default('NVIDIADeepStreamSDK')
    .meta({ description: 'For `edged` and `docker`: the module or container to restart.' }),
  socket: z
    .string()
    .regex(/^\/[^\0\n\r]{0,107}$/, 'must be an absolute path of at most 108 characters')
    .optional()
    .meta({
      description:
        'For `edged` and `docker`: the socket. Without it, /var/run/iotedge/mgmt.sock or /var/run/docker.sock.',
    }),
  healthyAfterSec: z
    .number()
    .min(0)
    .max(3600)
    .default(30)
    .meta({ description: 'DeepStream is healthy after so many seconds without an exit.' }),
  giveUpAfterSec: z.number().min(1).max(86_400).default(1800).meta({
    description:
      'After so many seconds without health, the last good release runs again. The first start builds the TensorRT engine, which takes minutes on a Jetson. More than healthyAfterSec.',
  }),
  expectMessages: z
    .boolean()
    .default(false)
    .meta({ description: 'DeepStream is healthy only if a message has also arrived on input `health`.' }),
});

const policy = z.strictObject({
  keepReleases: z
    .number()
    .int()
    .min(1)
    .max(20)
    .default(2)
    .meta({ description: 'Releases kept in all. The active one and the one before it always are.' }),
  parallel: z.number().int().min(1).max(8).default(2).meta({ description: 'Downloads at a time.' }),
  maxBytesPerSec: z
    .number()
    .int()
    .min(0)
    .default(0)
    .meta({ description: 'Limit for all downloads together; 0 is no limit.' }),
  scrubBytesPerSec: z.number().int().min(0).default(5_000_000).meta({
    description:
      'So fast, delivered files are read again to find damage, at most once a day; 0 is off. What is damaged is downloaded again.',
  }),
  maxArtifactBytes: z
    .number()
    .int()
    .positive()
    .default(4_294_967_296)
    .meta({ description: 'A larger download is refused.' }),
  freeBytesFloor: z
    .number()
    .int()
    .min(0)
    .default(268_435_456)
    .meta({ description: 'So many bytes stay free on the volume.' }),
  privateRedirects: z.enum(['allow', 'deny']).default('allow').meta({
    description:
      'Whether a server in the internet may redirect a download to an address of this device or its networks. Cameras and file servers often are there.',
  }),
  window: z
    .string()
    .transform((text, context) => {
      const window = parseWindow(text);
      if (typeof window !== 'string') return window;
      context.addIssue({ code: 'custom', message: window });
      return z.NEVER;
    })
    .optional()
    .meta({
      description:
        'When DeepStream may be interrupted, as `02:00-04:00 Europe/Berlin`. Downloads run at any time; a first release and a rollback do not wait.',
    }),
});

/** The desired document; without `artifacts` it is not read at all. */
export const desiredSchema = z.strictObject({
  artifacts: z.record(artifactName, artifact).meta({
    description: 'The downloads by name. Layered deployments merge by key. Without it, the device is not managed.',
  }),
  deepstream: z
    .strictObject({
      config: configPath.optional().meta({
        description:
          'The app config that DeepStream runs, as a path inside the release. Without it, files are delivered and DeepStream is not started.',
      }),
      sources: z
        .array(sourceUri)
        .min(1)
        .max(maxSources)
        .optional()
        .meta({ description: 'URIs that replace the sources of the config. Batch sizes and tiles follow.' }),
      edits: z.record(artifactName, edit).default({}).meta({ description: 'Edits of configs by name.' }),
      activate: activate
        .prefault({})
        .meta({ description: 'How DeepStream is made to run a release, and when it counts as healthy.' }),
    })
    .prefault({})
    .meta({ description: 'What DeepStream runs.' }),
  policy: policy.prefault({}).meta({ description: 'What the module may take of the device and of its working day.' }),
});

/** Checks a desired document field by field, with defaults filled in; what is wrong is an issue of zod's. */
export function parseDocument(
  properties: Readonly<Record<string, unknown>>,
): z.ZodSafeParseResult<z.output<typeof desiredSchema>> {
  return desiredSchema.safeParse(properties);
}

function sourceMistake(uri: string): string | undefined {
  // The URI itself may hold a password: no message shows it.
  if (!sourceCharacters.test(uri)) return 'must be one word of ASCII characters';
  if (/[;,"\\]/.test(uri)) return 'must not contain ; , " or \\ (percent-encode them)';
  if (networkSource.test(uri) || fileSource.test(uri)) return undefined;
  return 'must be an rtsp://, http://, https:// or file:// URI';
}
