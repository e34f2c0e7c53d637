import type { JsonObject } from '@companion/foundation';
import * as z from 'zod';
import { errorAt, type DeploymentDiagnostic } from '../diagnostic/deployment-diagnostic.ts';
import { joinPieces, maxPieces, pieceLength } from './create-option-pieces.ts';

/** A mount of Docker's newer form, as far as the simulator can stand in for it. */
export interface ContainerMount {
  readonly Type: 'bind' | 'volume';
  readonly Source: string;
  readonly Target: string;
}

/** Docker's create options, as far as the simulator looks into them; what else is there is kept. */
export interface CreateOptions {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir?: string;
  /** `NAME=value` items. */
  readonly Env?: readonly string[];
  readonly ExposedPorts?: Readonly<Record<string, unknown>>;
  readonly HostConfig?: {
    /** `/host/path:/container/path[:ro]`, or a volume's name in place of the host path. */
    readonly Binds?: readonly string[];
    readonly Mounts?: readonly ContainerMount[];
    /** For each container port (`9229/tcp`) where the host has it. */
    readonly PortBindings?: Readonly<Record<string, readonly { readonly HostPort: string }[]>>;
    readonly [option: string]: unknown;
  };
  readonly [option: string]: unknown;
}

/** createOptions, or every mistake in them; their places start at the module's `settings`. */
export type CreateOptionsResult =
  | { readonly ok: true; readonly options: CreateOptions }
  | { readonly ok: false; readonly problems: readonly DeploymentDiagnostic<'CREATE_OPTIONS'>[] };

/** What createOptions may come to, written as JSON without blanks. */
export const maxCreateOptionsLength = pieceLength * maxPieces;

const command = z.union([z.array(z.string()), z.string().transform((text) => [text])], {
  error: 'expected a list of strings',
});
const shape = z.looseObject({
  Entrypoint: command.optional(),
  Cmd: command.optional(),
  WorkingDir: z.string().startsWith('/', { error: 'expected an absolute path' }).optional(),
  Env: z.array(z.string().regex(/^[^=]+=/, { error: 'expected NAME=value' })).optional(),
  ExposedPorts: z.record(z.string(), z.unknown()).optional(),
  HostConfig: z
    .looseObject({
      Binds: z
        .array(
          z.string().regex(/^(\/[^:]*|[A-Za-z0-9][A-Za-z0-9_.-]*):\/[^:]+(:[A-Za-z,]+)?$/, {
            error: 'expected /host/path:/container/path[:ro]',
          }),
        )
        .optional(),
      Mounts: z
        .array(
          z.looseObject({
            Type: z.enum(['bind', 'volume']),
            Source: z.string().min(1),
            Target: z.string().startsWith('/'),
          }),
        )
        .optional(),
      PortBindings: z.record(z.string(), z.array(z.looseObject({ HostPort: z.string() }))).optional(),
    })
    .optional(),
});

/**
 * Reads createOptions from a module's `settings`: an object (templates only), JSON in a string, or that string in pieces
 * under `createOptions`, `createOptions01` … `createOptions07`. None, `""` and `{}` mean no options.
 */
export function parseCreateOptions(settings: JsonObject): CreateOptionsResult {
  const joined = joinPieces(settings);
  if (!joined.ok) return joined;
  const parsed = shape.safeParse(joined.value);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) =>
      errorAt(
        'CREATE_OPTIONS',
        ['createOptions', ...path.map((step) => (typeof step === 'symbol' ? String(step) : step))],
        message,
      ),
    );
    return { ok: false, problems };
  }
  const length = JSON.stringify(joined.value).length;
  if (length > maxCreateOptionsLength) {
    const message = `${length} characters as JSON, but a deployment holds at most ${maxCreateOptionsLength} (${maxPieces} pieces of ${pieceLength})`;
    return { ok: false, problems: [errorAt('CREATE_OPTIONS', ['createOptions'], message)] };
  }
  return { ok: true, options: withoutAbsent(parsed.data) };
}

/** zod writes optional keys as `T | undefined`; here an absent key is absent. */
function withoutAbsent(options: z.infer<typeof shape>): CreateOptions {
  return JSON.parse(JSON.stringify(options)) as CreateOptions;
}
