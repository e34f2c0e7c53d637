import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Flushes a whole file system again and again: Node has no syncfs(2) of its own. */
export interface FileSystemFlusher {
  /** False where it could not be done: the caller must then flush file by file. */
  flush(): Promise<boolean>;
  /** A flush that is under way goes on, and still resolves. */
  close(): void;
}

/** One flush for each line; the shell ends with its input, whatever becomes of this process. */
const loop = 'while read -r _; do sync -f . && echo true || echo false; done';

/**
 * Starts a shell that waits in a directory to run sync(1), which coreutils and busybox both have. A shell that stays and not a
 * process for each flush: to fork a process of this size stops all of its threads for some 10 ms.
 */
export function createFileSystemFlusher(directory: string): FileSystemFlusher {
  const shell = spawn('sh', ['-c', loop], { cwd: directory, stdio: ['pipe', 'pipe', 'ignore'] });
  const waiting: ((done: boolean) => void)[] = [];
  let ended = false;
  const end = (): void => {
    ended = true;
    for (const answer of waiting.splice(0)) answer(false);
  };
  shell.on('error', end).on('close', end);
  // It ended while it was being asked, which `close` tells too.
  shell.stdin.on('error', () => undefined);
  createInterface({ input: shell.stdout }).on('line', (line) => waiting.shift()?.(line === 'true'));
  return {
    flush() {
      if (ended) return Promise.resolve(false);
      return new Promise((resolve) => {
        waiting.push(resolve);
        shell.stdin.write('\n');
      });
    },
    close: () => void shell.stdin.end(),
  };
}
