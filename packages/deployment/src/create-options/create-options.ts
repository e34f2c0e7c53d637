import * as z from 'zod';

import type { CreateOptions } from '../manifest/deployment.ts';
import type { JsonPath } from '../json/json-path.ts';
import { parseJsonText } from '../json/json-text.ts';
import type { JsonObject, JsonValue } from '../json/json.ts';

/** IoT Hub holds a string of at most 512 characters here, so the tools cut createOptions into at most 8 of them. */
export const createOptionsPieceLength = 512;
/** How many pieces a module may have. */
export const maxCreateOptionsPieces = 8;
/** What createOptions may come to, written as JSON without blanks. */
export const maxCreateOptionsLength = createOptionsPieceLength * maxCreateOptionsPieces;

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

/** A mistake in createOptions; `path` starts at the module's `settings`. */
export interface CreateOptionsProblem {
  readonly path: JsonPath;
  readonly reason: string;
}

/**
 * Reads createOptions from a module's `settings`: an object (templates only), JSON in a string, or that string in pieces
 * under `createOptions`, `createOptions01` … `createOptions07`. None, `""` and `{}` mean no options.
 */
export function parseCreateOptions(
  settings: JsonObject,
):
  | { readonly ok: true; readonly options: CreateOptions }
  | { readonly ok: false; readonly problems: readonly CreateOptionsProblem[] } {
  const joined = join(settings);
  if (!joined.ok) return joined;
  const parsed = shape.safeParse(joined.value);
  if (!parsed.success) {
    return {
      ok: false,
      problems: parsed.error.issues.map((issue) => ({
        path: ['createOptions', ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))],
        reason: issue.message,
      })),
    };
  }
  const length = JSON.stringify(joined.value).length;
  if (length > maxCreateOptionsLength) {
    const reason = `${length} characters as JSON, but a deployment holds at most ${maxCreateOptionsLength} (${maxCreateOptionsPieces} pieces of ${createOptionsPieceLength})`;
    return { ok: false, problems: [{ path: ['createOptions'], reason }] };
  }
  return { ok: true, options: withoutUndefined(parsed.data) };
}

function join(
  settings: JsonObject,
):
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly problems: readonly CreateOptionsProblem[] } {
  const first = settings['createOptions'];
  const pieces = Object.keys(settings)
    .filter((key) => /^createOptions\d\d$/.test(key))
    .sort();
  const refuse = (key: string, reason: string) => ({ ok: false, problems: [{ path: [key], reason }] }) as const;
  if (first !== undefined && typeof first !== 'string') {
    return pieces.length === 0
      ? { ok: true, value: first }
      : refuse('createOptions', 'an object can’t be continued by further pieces');
  }
  let text = first ?? '';
  for (const [index, key] of pieces.entries()) {
    const expected = `createOptions${String(index + 1).padStart(2, '0')}`;
    if (key !== expected) return refuse(key, `${expected} is missing before it`);
    if (index + 1 >= maxCreateOptionsPieces) return refuse(key, `at most ${maxCreateOptionsPieces} pieces are allowed`);
    const piece = settings[key];
    if (typeof piece !== 'string') return refuse(key, 'expected a string');
    text += piece;
  }
  if (text.trim() === '') return { ok: true, value: {} };
  const parsed = parseJsonText(text);
  if (parsed.ok) return { ok: true, value: parsed.value };
  return refuse(
    'createOptions',
    `not JSON (at character ${parsed.error.column} of line ${parsed.error.line}: ${parsed.error.reason})`,
  );
}

/** zod writes optional keys as `T | undefined`; here an absent key is absent. */
function withoutUndefined(options: z.infer<typeof shape>): CreateOptions {
  return JSON.parse(JSON.stringify(options)) as CreateOptions;
}
