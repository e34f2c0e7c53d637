import { connect, createServer, type Socket } from 'node:net';
import { parseJson } from '@companion/foundation';
import { hasErrno } from '@companion/foundation/node';
import * as z from 'zod';

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

const spoken = z.object({
  state: z.enum(['candidate', 'holder']),
  holder: z.object({ role: z.string(), pid: z.number(), host: z.string(), sinceMs: z.number() }),
});

/** A process that works through a large file may answer late; one that is stopped never does. */
const answerWithinMs = 2_000;

/** What `bind` answers where a file system or a platform has no sockets, or where the path is too long for one. */
const withoutSockets = ['EOPNOTSUPP', 'ENOTSUP', 'EPERM', 'EINVAL', 'ENAMETOOLONG', 'EAFNOSUPPORT', 'ENOSYS'];

/** Answers everybody who connects with who we are, and keeps no process alive. */
export class LockServer {
  readonly #holder: LockHolder;
  /** Connections that are not closed yet. */
  readonly #asking = new Set<Socket>();
  readonly #server = createServer((socket) => this.#answer(socket));
  #state: 'candidate' | 'holder' = 'candidate';

  constructor(holder: LockHolder) {
    this.#holder = holder;
  }

  /** False where there are no sockets; rejects with the other errors of `bind`. */
  async listen(path: string): Promise<boolean> {
    const listens = await new Promise<boolean>((resolve, reject) => {
      this.#server.once('error', (error) => (hasErrno(error, ...withoutSockets) ? resolve(false) : reject(error)));
      // Anybody may ask, whoever owns it: connecting takes the right to write.
      this.#server.listen({ path, readableAll: true, writableAll: true }, () => resolve(true));
    });
    if (listens) this.#server.unref();
    return listens;
  }

  /** From now on it answers that the volume is held. */
  hold(): void {
    this.#state = 'holder';
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    // One that asks and is stopped never hangs up.
    for (const socket of this.#asking) socket.destroy();
    await closed;
  }

  #answer(socket: Socket): void {
    this.#asking.add(socket);
    socket.on('close', () => this.#asking.delete(socket));
    socket.on('error', () => undefined);
    socket.unref();
    socket.end(JSON.stringify({ state: this.#state, holder: this.#holder }));
  }
}

/** The kernel answers for a process: it refuses at once where none listens any more, in whatever container that was. */
export function askSocket(path: string): Promise<z.output<typeof spoken> | 'dead' | 'silent'> {
  return new Promise((resolve) => {
    const socket = connect(path);
    let text = '';
    const end = (answer: z.output<typeof spoken> | 'dead' | 'silent'): void => {
      clearTimeout(late);
      socket.destroy();
      resolve(answer);
    };
    const late = setTimeout(() => end('silent'), answerWithinMs);
    socket.on('data', (data) => (text += data.toString()));
    socket.on('end', () => end(spoken.safeParse(parseJson(text)).data ?? 'silent'));
    socket.on('error', (error) => end(hasErrno(error, 'ECONNREFUSED', 'ENOENT') ? 'dead' : 'silent'));
  });
}
