import { lstat, open, readdir, rename, rm } from 'node:fs/promises';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import * as z from 'zod';
import { makeDirectoriesDurably } from './durable.ts';

/** Who works, or wants to work, on a volume. */
export interface LockHolder {
  /** What it is, for people: `the artifacts module`, `companion apply`. Undefined where it does not answer. */
  readonly role: string | undefined;
  /** Its process id, in its own container: no other container can do anything with the number. */
  readonly pid: number;
  /** The first 12 characters of its host name; in a container that is the container's id. */
  readonly host: string;
  /** When it began to hold the volume, or to ask for it; milliseconds since 1970. */
  readonly sinceMs: number;
}

/** What a socket in the lock folder says. `silent`: somebody is there, but stopped (docker pause), busy or out of reach. */
export type LockAnswer =
  { readonly state: 'dead' } | { readonly state: 'candidate' | 'holder' | 'silent'; readonly holder: LockHolder };

/** A socket of ours that others can ask. */
export interface LockSocket {
  readonly name: string;
  /** From now on it answers that the volume is held. */
  hold(): void;
  close(): Promise<void>;
}

/** The folder `lock/` of a volume: a socket for everybody who holds the volume or asks for it. */
export interface LockFolder {
  names(): Promise<readonly string[]>;
  /** Listens under a name that did not exist before; undefined where the file system or the system knows no such sockets. */
  publish(role: string): Promise<LockSocket | undefined>;
  ask(name: string): Promise<LockAnswer>;
  remove(name: string): Promise<void>;
  /** Removes what a cut left between making a socket and publishing it. */
  sweep(): Promise<void>;
  close(): Promise<void>;
}

const unpublished = '.new-';
/** A process that works through a large file may answer late; one that is stopped never does. */
const answerWithinMs = 2_000;
/** What `bind` answers where a file system or a platform has no sockets, or where the path is too long for one. */
const withoutSockets = ['EOPNOTSUPP', 'ENOTSUP', 'EPERM', 'EINVAL', 'ENAMETOOLONG', 'EAFNOSUPPORT', 'ENOSYS'];
/** sockaddr_un has room for so many bytes (macOS; Linux has four more). */
const maxSocketPathBytes = 103;

const spoken = z.object({
  state: z.enum(['candidate', 'holder']),
  holder: z.object({ role: z.string(), pid: z.number(), host: z.string(), sinceMs: z.number() }),
});

/** Opens the folder; `make` makes it where it is not there. Rejects with the file system's errors. */
export async function openLockFolder(
  root: string,
  { make, host, id }: { readonly make: boolean; readonly host: string; readonly id: () => string },
): Promise<LockFolder> {
  const path = join(root, 'lock');
  if (make) await makeDirectoriesDurably([path]);
  const directory = await open(path, 'r');
  // However deep the volume is: by way of the open directory the socket's path is short.
  const reach = process.platform === 'linux' ? `/proc/self/fd/${directory.fd}` : path;
  const shortHost = host.replace(/[^A-Za-z0-9-]/g, '-').slice(0, 12);

  return {
    names: async () => (await readdir(path)).filter((name) => !name.startsWith('.')).sort(),
    async publish(role) {
      const unique = id();
      const hidden = `${unpublished}${unique}`;
      if (process.platform === 'win32' || Buffer.byteLength(join(reach, hidden)) > maxSocketPathBytes) return undefined;
      const holder = { role, pid: process.pid, host: shortHost, sinceMs: Date.now() };
      let state: 'candidate' | 'holder' = 'candidate';
      const asking = new Set<Socket>();
      const server = createServer((socket) => {
        asking.add(socket);
        socket.on('close', () => asking.delete(socket));
        socket.on('error', () => undefined);
        socket.unref();
        socket.end(JSON.stringify({ state, holder }));
      });
      if (!(await listens(server, join(reach, hidden)))) return undefined;
      server.unref();
      const name = `${process.pid}.${shortHost}.${unique}`;
      try {
        // Under its name it listens from the first moment on: what refuses under a name is dead for ever.
        await rename(join(path, hidden), join(path, name));
      } catch (error) {
        await closed(server);
        throw error;
      }
      return {
        name,
        hold: () => void (state = 'holder'),
        async close() {
          await rm(join(path, name), { force: true }).catch(() => undefined);
          const done = closed(server);
          // One that asks and is stopped never hangs up.
          for (const socket of asking) socket.destroy();
          await done;
        },
      };
    },
    async ask(name) {
      const answer = await askSocket(join(reach, name));
      if (answer === 'dead') return { state: 'dead' };
      if (answer !== 'silent') return answer;
      const [pid = '', from = ''] = name.split('.');
      const stats = await lstat(join(path, name)).catch(() => undefined);
      if (stats === undefined) return { state: 'dead' };
      return { state: 'silent', holder: { role: undefined, pid: Number(pid), host: from, sinceMs: stats.mtimeMs } };
    },
    // What another user left may have to stay: it is dead, and dead ones don't count.
    remove: (name) => rm(join(path, name), { force: true }).catch(() => undefined),
    async sweep() {
      for (const name of await readdir(path)) {
        if (!name.startsWith(unpublished) || (await askSocket(join(reach, name))) !== 'dead') continue;
        await rm(join(path, name), { force: true }).catch(() => undefined);
      }
    },
    close: () => directory.close(),
  };
}

function listens(server: Server, path: string): Promise<boolean> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (withoutSockets.includes(error.code ?? '')) resolve(false);
      else reject(error);
    });
    // Anybody may ask, whoever owns it: connecting takes the right to write.
    server.listen({ path, readableAll: true, writableAll: true }, () => resolve(true));
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

/** The kernel answers for a process: it refuses at once where none listens any more, in whatever container that was. */
function askSocket(path: string): Promise<LockAnswer | 'dead' | 'silent'> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let text = '';
    const end = (answer: LockAnswer | 'dead' | 'silent'): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(answer);
    };
    const late = setTimeout(() => end('silent'), answerWithinMs);
    socket.on('data', (data) => (text += data.toString()));
    socket.on('end', () => {
      const answer = spoken.safeParse(parseJson(text));
      end(answer.success ? answer.data : 'silent');
    });
    socket.on('error', (error: NodeJS.ErrnoException) => {
      end(error.code === 'ECONNREFUSED' || error.code === 'ENOENT' ? 'dead' : 'silent');
    });
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
