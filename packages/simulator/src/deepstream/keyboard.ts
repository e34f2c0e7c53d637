import type { Readable } from 'node:stream';
import type { Clock } from '@companion/foundation';

const pollMs = 40;

/** What the keys do (print_runtime_commands of test5). */
export const runtimeCommands = '\nRuntime commands:\n\th: Print this help\n\tq: Quit\n\n\tp: Pause\n\tr: Resume\n\n';

/**
 * Reads keys as test5 does, which looks at stdin every 40 ms: `q` quits, `h` prints help, pausing is not held. Every look
 * at a readable stdin prints a line break, and one that is at its end, such as /dev/null, is always readable: that is the
 * flood of 25 blank lines a second in the logs of containers. An open stdin that nobody writes to prints nothing.
 */
export function watchKeyboard(options: {
  readonly stdin: Readable;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly print: (text: string) => void;
  readonly quit: () => void;
  /** Whether the blank lines are wanted. */
  readonly floods: boolean;
}): void {
  const { stdin, clock, signal, print, quit, floods } = options;
  const atEnd = (): void => {
    if (signal.aborted || !floods) return;
    print('\n');
    clock.after(pollMs, atEnd);
  };
  stdin.on('data', (keys: Buffer | string) => {
    if (signal.aborted) return;
    print('\n');
    const key = String(keys).slice(0, 1);
    if (key === 'h') print(runtimeCommands);
    if (key === 'q') quit();
  });
  stdin.once('end', atEnd);
  stdin.once('error', atEnd);
}
