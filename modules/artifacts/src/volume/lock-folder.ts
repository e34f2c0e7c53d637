import { lstat, open, readdir, rename, rm, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectoriesDurably } from './durable.ts';
import { askSocket, LockServer, type LockHolder } from './lock-socket.ts';

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

/** What names a socket, and dates it. */
interface LockIdentity {
  readonly host: string;
  /** Another one at each call. */
  readonly id: () => string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const unpublished = '.new-';

/** sockaddr_un has room for so many bytes (macOS; Linux has four more). */
const maxSocketPathBytes = 103;

/** The folder `lock/` of a volume: a socket for everybody who holds the volume or asks for it. */
export class LockFolder {
  readonly #path: string;
  readonly #directory: FileHandle;
  readonly #identity: LockIdentity;
  readonly #shortHost: string;

  private constructor(path: string, directory: FileHandle, identity: LockIdentity) {
    this.#path = path;
    this.#directory = directory;
    this.#identity = identity;
    this.#shortHost = identity.host.replace(/[^A-Za-z0-9-]/g, '-').slice(0, 12);
  }

  /** Opens the folder; `make` makes it where it is not there. Rejects with the file system's errors. */
  static async open(root: string, how: 'make' | 'find', identity: LockIdentity): Promise<LockFolder> {
    const path = join(root, 'lock');
    if (how === 'make') await makeDirectoriesDurably([path]);
    return new LockFolder(path, await open(path, 'r'), identity);
  }

  async names(): Promise<readonly string[]> {
    return (await readdir(this.#path)).filter((name) => !name.startsWith('.')).sort();
  }

  /** Listens under a name that did not exist before; undefined where the file system or the system knows no such sockets. */
  async publish(role: string): Promise<LockSocket | undefined> {
    const { id, now } = this.#identity;
    const unique = id();
    const hidden = `${unpublished}${unique}`;
    const reach = this.#reach(hidden);
    if (process.platform === 'win32' || Buffer.byteLength(reach) > maxSocketPathBytes) return undefined;
    const server = new LockServer({ role, pid: process.pid, host: this.#shortHost, sinceMs: now() });
    if (!(await server.listen(reach))) return undefined;
    const name = `${process.pid}.${this.#shortHost}.${unique}`;
    try {
      // Under its name it listens from the first moment on: what refuses under a name is dead for ever.
      await rename(join(this.#path, hidden), join(this.#path, name));
    } catch (error) {
      await server.close();
      throw error;
    }
    return {
      name,
      hold: () => server.hold(),
      close: async () => {
        await this.remove(name);
        await server.close();
      },
    };
  }

  async ask(name: string): Promise<LockAnswer> {
    const answer = await askSocket(this.#reach(name));
    if (answer === 'dead') return { state: 'dead' };
    if (answer !== 'silent') return answer;
    const [pid = '', from = ''] = name.split('.');
    const stats = await lstat(join(this.#path, name)).catch(() => undefined);
    if (stats === undefined) return { state: 'dead' };
    return { state: 'silent', holder: { role: undefined, pid: Number(pid), host: from, sinceMs: stats.mtimeMs } };
  }

  /** What another user left may have to stay: it is dead, and dead ones don't count. */
  async remove(name: string): Promise<void> {
    await rm(join(this.#path, name), { force: true }).catch(() => undefined);
  }

  /** Removes what a cut left between making a socket and publishing it. */
  async sweep(): Promise<void> {
    for (const name of await readdir(this.#path)) {
      if (name.startsWith(unpublished) && (await askSocket(this.#reach(name))) === 'dead') await this.remove(name);
    }
  }

  close(): Promise<void> {
    return this.#directory.close();
  }

  /** However deep the volume is: by way of the open directory the socket's path is short. */
  #reach(name: string): string {
    return join(process.platform === 'linux' ? `/proc/self/fd/${this.#directory.fd}` : this.#path, name);
  }
}
