import type { Readable, Writable } from 'node:stream';

/** What a command talks to. */
export interface Terminal {
  /** What was asked for. */
  readonly out: (text: string | Uint8Array) => void;
  /** What is to be said besides. */
  readonly err: (text: string) => void;
  readonly stdin: Readable;
}

interface Streams {
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  exitCode?: number | string | null | undefined;
  exit(code?: number): never;
}

/**
 * The streams of this process. A reader that goes away early, as `head` does, ends the command without a word: whatever
 * a command writes to files, it has written before it prints.
 */
export function createTerminal(streams: Streams): Terminal {
  streams.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') streams.exit();
    streams.stderr.write(`companion: standard output: ${error.message}\n`);
    streams.exit(2);
  });
  streams.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') streams.exit();
    streams.exit(2);
  });
  return {
    out: (text) => void streams.stdout.write(text),
    err: (text) => void streams.stderr.write(text),
    stdin: streams.stdin,
  };
}
