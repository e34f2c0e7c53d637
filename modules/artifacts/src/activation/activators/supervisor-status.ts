import { readFile } from 'node:fs/promises';
import { hasErrno } from '../../core/errno.ts';

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
  /** Process id of the supervisor in its own container: another one is another supervisor. */
  readonly supervisor: string;
}

const states: ReadonlySet<string> = new Set(['waiting', 'running', 'stopping', 'backoff', 'stopped']);

/** Reads the supervisor's status file; undefined where there is none, or none that can be understood. */
export async function readSupervisorStatus(file: string): Promise<SupervisorStatus | undefined> {
  try {
    return parseSupervisorStatus(await readFile(file, 'utf8'));
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Parses the `key=value` lines that supervisor.sh writes. */
export function parseSupervisorStatus(text: string): SupervisorStatus | undefined {
  const fields = new Map<string, string>();
  for (const line of text.split('\n')) {
    const at = line.indexOf('=');
    if (at > 0) fields.set(line.slice(0, at), line.slice(at + 1));
  }
  const state = fields.get('state') ?? '';
  const since = fields.get('since') ?? '';
  if (!states.has(state) || !/^\d+$/.test(since)) return undefined;
  const exitCode = fields.get('exitCode') ?? '';
  return {
    state: state as SupervisorStatus['state'],
    release: fields.get('release') ?? '',
    starts: Number(fields.get('starts') ?? 0),
    exitCode: exitCode === '' ? undefined : Number(exitCode),
    sinceMs: Number(since) * 1000,
    supervisor: fields.get('supervisor') ?? '',
  };
}
