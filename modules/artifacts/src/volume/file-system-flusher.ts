import { execFile } from 'node:child_process';
import { release } from 'node:os';

/**
 * Flushes a whole file system with sync(1), which coreutils and busybox both have: Node has no syncfs(2). One flush of
 * many files beats one fsync for each by far, and one process for it costs some 10 ms.
 *
 * The kernel reports a lost write once (errseq_t), whoever asks: the next flush succeeds although data of others is lost.
 * So one flusher serves all that write to a volume, and a flush that failed counts for everything begun by then.
 */
export class FileSystemFlusher {
  /** Whether syncfs(2) reports writes that were lost, which it does from Linux 5.8 on. */
  readonly #reportsLostWrites: boolean;
  /** Flushes that failed so far. */
  #failures = 0;

  constructor(kernel = release()) {
    const [major = 0, minor = 0] = kernel.split('.').map(Number);
    this.#reportsLostWrites = process.platform === 'linux' && (major > 5 || (major === 5 && minor >= 8));
  }

  /** To be taken before the first write that a later `flush` is to vouch for. */
  mark(): number {
    return this.#failures;
  }

  /**
   * Whether everything below `directory` written since the mark is on the disk now. False where that can't be had or told:
   * the caller must then flush file by file.
   */
  async flush(directory: string, mark: number): Promise<boolean> {
    if (!this.#reportsLostWrites) return false;
    const done = await new Promise<boolean>((resolve) => {
      execFile('sync', ['-f', directory], (error) => resolve(error === null));
      // A container's limits can leave no process to be had.
    }).catch(() => false);
    if (!done) this.#failures += 1;
    return this.#failures === mark;
  }
}
