import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { release } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';

/** Flushes a whole file system again and again: Node has no syncfs(2) of its own. */
export interface FileSystemFlusher {
  /**
   * Whether all that was written since the flusher was made is on the disk now. False where that can't be had or told: the
   * caller must then flush file by file.
   */
  flush(): Promise<boolean>;
  /** A flush that is under way goes on and still resolves, but keeps nobody from ending. */
  close(): void;
}

/** One flush for each line; the shell ends with its input, whatever becomes of this process. */
const loop = 'while read -r _; do sync -f . && echo true || echo false; done';

/**
 * Flushes of this process that failed. The kernel tells of a write that was lost only once (errseq_t), whosever it was: after
 * that the next flush succeeds, and so one that failed counts for everybody who had written by then.
 */
let failedFlushes = 0;

/**
 * Starts a shell that waits in a directory to run sync(1), which coreutils and busybox both have. A shell that stays and not a
 * process for each flush: to fork a process of this size stops all of its threads for some 10 ms.
 */
export function createFileSystemFlusher(directory: string, kernel = release()): FileSystemFlusher {
  const shell = tellsOfLostWrites(kernel) ? startShell(directory) : undefined;
  if (shell === undefined) return { flush: () => Promise.resolve(false), close: () => undefined };
  const failedBefore = failedFlushes;
  const waiting: ((done: boolean) => void)[] = [];
  let ended = false;
  const answer = (done: boolean): void => {
    if (!done) failedFlushes++;
    waiting.shift()?.(done && failedFlushes === failedBefore);
  };
  const end = (): void => {
    ended = true;
    while (waiting.length > 0) answer(false);
  };
  shell.on('error', end).on('close', end);
  // It ended while it was being asked, which `close` tells too.
  shell.stdin.on('error', () => undefined);
  createInterface({ input: shell.stdout }).on('line', (line) => answer(line === 'true'));
  return {
    flush() {
      if (ended) return Promise.resolve(false);
      return new Promise((resolve) => {
        waiting.push(resolve);
        shell.stdin.write('\n');
      });
    },
    close() {
      shell.stdin.end();
      for (const handle of [shell, shell.stdin, shell.stdout]) handle.unref();
    },
  };
}

/** Node's pipes to a process are sockets, which its types don't say. */
interface Unref {
  unref(): void;
}
type Shell = ChildProcessByStdio<Writable & Unref, Readable & Unref, null>;

/** Undefined where no process is to be had, by a limit of the container or the system. */
function startShell(directory: string): Shell | undefined {
  try {
    const shell = spawn('sh', ['-c', loop], { cwd: directory, stdio: ['pipe', 'pipe', 'ignore'] }) as Shell;
    // Without a descriptor left, Node gives no pipes, and tells why in an event.
    if ((shell.stdin as Writable | undefined) !== undefined) return shell;
    shell.on('error', () => undefined);
  } catch {
    // As if there were no shell.
  }
  return undefined;
}

/** Before Linux 5.8 syncfs(2) succeeds although writes were lost. */
function tellsOfLostWrites(kernel: string): boolean {
  const [major = 0, minor = 0] = kernel.split('.').map(Number);
  return process.platform === 'linux' && (major > 5 || (major === 5 && minor >= 8));
}
