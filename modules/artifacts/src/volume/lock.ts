import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { hasErrno } from '@companion/foundation/node';
import { ArtifactError } from '../core/artifact-error.ts';
import { LockFolder, type LockSocket } from './lock-folder.ts';
import type { LockHolder } from './lock-socket.ts';
import { unwritableError } from './unwritable.ts';

/** The right to write to a volume, as long as this process lives. */
export interface VolumeLock {
  /** False where the file system knows no sockets: then nobody is kept off. */
  readonly guarded: boolean;
  release(): Promise<void>;
}

/** Two that ask at once agree in milliseconds. */
const agreeWithinMs = 5_000;
const lookAgainMs = 2;

/**
 * Makes this process the only one that writes to a volume. Rejects with a retryable `VOLUME_LOCKED` that says who has it,
 * or with `VOLUME_UNWRITABLE`.
 *
 * A process that holds the volume, or asks for it, listens on a socket of its own in `lock/`. The kernel knows which of
 * them live, whatever their container, and forgets them with their process: after `kill -9` or a power cut nothing has to
 * time out, and a process that is merely stopped still has the volume. (Process ids mean nothing across containers; a
 * heartbeat can't tell stopped from dead; Node has no flock.) The processes must share a kernel: a network disk
 * mounted by two devices is not guarded.
 *
 * Who asks first publishes its socket and then looks at the others, so of two at least one sees the other. It gives way to
 * a holder and to a candidate with a smaller name, and waits for a candidate with a larger name to make up its mind: that
 * one may have looked too early to see it. Names are never used twice, so removing a dead one can hit no living one.
 */
export async function lockVolume(root: string, role: string): Promise<VolumeLock> {
  let folder: LockFolder | undefined;
  try {
    folder = await openFolder(root, 'make');
    return await elect(folder, root, role);
  } catch (error) {
    await folder?.close();
    throw error instanceof ArtifactError ? error : await unwritableError(root, error);
  }
}

/** Who holds the volume at `root` now; undefined where nobody does, or where it was never locked. */
export async function readLockHolder(root: string): Promise<LockHolder | undefined> {
  let folder: LockFolder;
  try {
    folder = await openFolder(root, 'find');
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return undefined;
    throw error;
  }
  try {
    for (const name of await folder.names()) {
      const answer = await folder.ask(name);
      if (answer.state === 'holder' || answer.state === 'silent') return answer.holder;
    }
    return undefined;
  } finally {
    await folder.close();
  }
}

/** One line about a holder. */
export function describeHolder({ role, pid, host, sinceMs }: LockHolder): string {
  const who = role ?? 'a process that does not answer (is it stopped or paused?)';
  return `${who}, process ${pid} on host ${host}, since ${new Date(sinceMs).toISOString()}`;
}

function openFolder(root: string, how: 'make' | 'find'): Promise<LockFolder> {
  return LockFolder.open(root, how, { host: hostname(), id: () => randomBytes(4).toString('hex'), now: Date.now });
}

async function elect(folder: LockFolder, root: string, role: string): Promise<VolumeLock> {
  const untilMs = performance.now() + agreeWithinMs;
  for (;;) {
    const own = await publish(folder, role);
    if (own === undefined) return { guarded: false, release: () => folder.close() };
    let rival: Rival | undefined;
    try {
      rival = await findRival(folder, own.name);
    } finally {
      if (rival !== undefined) await own.close();
    }
    if (rival === undefined) {
      own.hold();
      await folder.sweep();
      return {
        guarded: true,
        async release() {
          await own.close();
          await folder.close();
        },
      };
    }
    if (rival.stays || performance.now() > untilMs) throw locked(root, rival.holder);
    await pause(lookAgainMs);
  }
}

/** A holder that sweeps may take away a socket that is just being made: it is made again. */
async function publish(folder: LockFolder, role: string): Promise<LockSocket | undefined> {
  for (;;) {
    try {
      return await folder.publish(role);
    } catch (error) {
      if (!hasErrno(error, 'ENOENT')) throw error;
    }
  }
}

interface Rival {
  readonly holder: LockHolder;
  /** False for one that may itself give way. */
  readonly stays: boolean;
}

/** Whoever has the volume, or goes first; undefined once nobody can be in the way any more. */
async function findRival(folder: LockFolder, own: string): Promise<Rival | undefined> {
  const untilMs = performance.now() + agreeWithinMs;
  for (const name of await folder.names()) {
    if (name === own) continue;
    for (;;) {
      const answer = await folder.ask(name);
      if (answer.state === 'dead') {
        await folder.remove(name);
        break;
      }
      const { state, holder } = answer;
      if (state !== 'candidate') return { holder, stays: true };
      if (name < own || performance.now() > untilMs) return { holder, stays: false };
      await pause(lookAgainMs);
    }
  }
  return undefined;
}

function locked(root: string, holder: LockHolder): ArtifactError {
  const { role, pid, host, sinceMs } = holder;
  return new ArtifactError(
    'VOLUME_LOCKED',
    `the volume ${root} is in use by ${describeHolder(holder)}; only one may write to it: wait for its end, or stop it`,
    { retryable: true, facts: { role: role ?? null, pid, host, since: new Date(sinceMs).toISOString() } },
  );
}
