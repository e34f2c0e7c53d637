import type { Readable, Writable } from 'node:stream';

/** What a command talks to. */
export interface Terminal {
  /** What was asked for. */
  readonly out: (text: string | Uint8Array) => void;
  /** What is to be said besides. */
  readonly err: (text: string) => void;
  readonly stdin: Readable;
}

/** The parts of `process` that a terminal is made of. */
interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  exit(code?: number): never;
}

/** The streams of a process. */
export class ProcessTerminal implements Terminal {
  readonly #streams: Streams;

  constructor(streams: Streams) {
    this.#streams = streams;
  }

  get stdin(): Readable {
    return this.#streams.stdin;
  }

  readonly out = (text: string | Uint8Array): void => void this.#streams.stdout.write(text);

  readonly err = (text: string): void => void this.#streams.stderr.write(text);

  /**
   * From now on a reader that goes away early, as `head` does, ends the process without a word: whatever a command writes to
   * files, it has written before it prints.
   */
  endWithReader(): this {
    const { stdout, stderr } = this.#streams;
    stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') this.#streams.exit();
      stderr.write(`companion: standard output: ${error.message}\n`);
      this.#streams.exit(2);
    });
    stderr.on('error', (error: NodeJS.ErrnoException) => this.#streams.exit(error.code === 'EPIPE' ? undefined : 2));
    return this;
  }
}
