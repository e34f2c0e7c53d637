import { readFile } from 'node:fs/promises';
import { hasErrno } from '@companion/foundation/node';
import { parse } from 'ini';
import * as z from 'zod';

/** What the supervisor in DeepStream's container is doing, as it last wrote it into the volume. */
export interface SupervisorStatus {
  readonly state: 'waiting' | 'running' | 'stopping' | 'backoff' | 'stopped';
  /** The release it runs or ran; "" before the first. */
  readonly release: string;
  /** Starts of the app since the supervisor started. */
  readonly starts: number;
  /** The app's last exit code, or undefined while it has none. */
  readonly exitCode: number | undefined;
  /** When this state began, milliseconds since 1970 on the device's clock, whole seconds. */
  readonly sinceMs: number;
  /** An id of this start of the supervisor. Before it had one, its process id in its own container. */
  readonly supervisor: string;
  /** How often `supervisor.heartbeat` changes while the supervisor lives; undefined for an older one, which has no such file. */
  readonly heartbeatMs: number | undefined;
}

/** A missing field is an empty one; ini reads the words `true`, `false` and `null` as values of their own. */
const text = z.union([z.string(), z.boolean(), z.null()]).transform(String).default('');

/** The `key=value` lines that supervisor.sh writes: words, ids and numbers only. */
const statusFields = z.object({
  state: z.enum(['waiting', 'running', 'stopping', 'backoff', 'stopped']),
  release: text,
  starts: z.coerce.number().int().default(0),
  exitCode: z
    .union([z.literal(''), z.coerce.number().int()])
    .default('')
    .transform((code) => (code === '' ? undefined : code)),
  since: z.string().regex(/^\d+$/),
  supervisor: text,
  heartbeatSeconds: z.coerce.number().positive().optional(),
});

/** Reads the supervisor's status file; undefined where there is none, or none that can be understood. */
export async function readSupervisorStatus(file: string): Promise<SupervisorStatus | undefined> {
  try {
    return parseSupervisorStatus(await readFile(file, 'utf8'));
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Parses the text of a status file. */
export function parseSupervisorStatus(content: string): SupervisorStatus | undefined {
  const fields = statusFields.safeParse(parse(content)).data;
  if (fields === undefined) return undefined;
  const { since, heartbeatSeconds, ...status } = fields;
  const heartbeatMs = heartbeatSeconds === undefined ? undefined : heartbeatSeconds * 1000;
  return { ...status, sinceMs: Number(since) * 1000, heartbeatMs };
}
