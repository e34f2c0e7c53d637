import { pino, type DestinationStream, type Logger } from 'pino';
import { redactSecrets } from '@companion/foundation';

/** A pino log; JSON lines of transitions. */
export type Log = Logger;

/** The levels that LOG_LEVEL may name. */
export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;

export type LogLevel = (typeof logLevels)[number];

/** A log for one module: every line names it, has an ISO time, and has lost its secrets. Writes to stdout unless told otherwise. */
export function createLog(options: {
  readonly module: string;
  readonly level: LogLevel;
  readonly destination?: DestinationStream;
}): Log {
  const settings = {
    level: options.level,
    base: { module: options.module },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    // The whole line, not single fields: secrets also hide in the messages of errors and in nested objects.
    hooks: { streamWrite: redactSecrets },
  };
  // Synchronous: pino's default writes later, and the last lines before process.exit, the ones that say why, can be lost.
  return pino(settings, options.destination ?? pino.destination({ dest: 1, sync: true }));
}
