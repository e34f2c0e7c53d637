import { readFile, stat } from 'node:fs/promises';
import type { Log } from '@companion/edge';
import { clipBytes, CodedError, utf8Length } from '@companion/foundation';
import { hasErrno, replaceFile } from '@companion/foundation/node';
import type { Entry } from './entry.ts';

/** The oldest go when the file is larger. */
const maxFileBytes = 1024 * 1024;
/** Enough to see what it was; the whole is kept where it is not longer. */
const maxBodyBytes = 64 * 1024;
const maxTextBytes = 1024;
const maxProperties = 20;

/** A message that can never be sent, when it was given up, and why. */
export interface DeadLetter {
  readonly atMs: number;
  /** The error's code, or its name. */
  readonly code: string;
  /** One line for people. */
  readonly reason: string;
  readonly entry: Entry;
}

/** The letter about a message, and the error with which its last try ended. */
export function deadLetter(
  entry: Entry,
  { atMs, error }: { readonly atMs: number; readonly error: unknown },
): DeadLetter {
  const named = error instanceof Error ? error.name : typeof error;
  const code = error instanceof CodedError ? String(error.code) : named;
  const reason = clipBytes(error instanceof Error ? error.message : String(error), maxTextBytes);
  return { atMs, code, reason, entry };
}

/**
 * Keeps messages that can never be sent, one JSON object a line, for people to look at; nothing reads them again. Written
 * as a whole each time, one write after another, however many come. Without a disk the newest are kept in memory.
 */
export class DeadLetters {
  readonly #path: string;
  readonly #log: Log;
  #lines: string[] = [];
  #bytes = 0;
  #loaded = false;
  /** Whether the file lacks a line. */
  #dirty = false;
  #failing = false;
  #writing: Promise<void> | undefined;

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  /** Takes a letter; it is on the disk a little later. */
  add(letter: DeadLetter): void {
    this.#append([lineOf(letter)]);
    this.#dirty = true;
    this.#writing ??= this.#write().finally(() => {
      this.#writing = undefined;
    });
  }

  /** Resolves when what came is on the disk, or can't be. */
  async settle(): Promise<void> {
    await this.#writing;
  }

  #append(lines: readonly string[]): void {
    for (const line of lines) {
      this.#lines.push(line);
      this.#bytes += utf8Length(line);
    }
    let gone = 0;
    while (this.#bytes > maxFileBytes) this.#bytes -= utf8Length(this.#lines[gone++] ?? '');
    if (gone > 0) this.#lines = this.#lines.slice(gone);
  }

  async #write(): Promise<void> {
    try {
      if (!this.#loaded) await this.#load();
      while (this.#dirty) {
        this.#dirty = false;
        await replaceFile(this.#path, this.#lines.join(''), { mode: 0o600 });
      }
      this.#failing = false;
    } catch (error) {
      // The lines wait for the next letter, which tries again.
      if (!this.#failing) this.#log.error({ file: this.#path, err: error }, 'messages set aside can’t be written down');
      this.#failing = true;
    }
  }

  /** What an earlier process wrote stands before what came now. */
  async #load(): Promise<void> {
    const earlier = await readEarlier(this.#path);
    const now = this.#lines;
    this.#lines = [];
    this.#bytes = 0;
    this.#loaded = true;
    this.#append([...earlier, ...now]);
  }
}

async function readEarlier(path: string): Promise<readonly string[]> {
  try {
    const { size } = await stat(path);
    if (size > 2 * maxFileBytes) return [];
    const text = await readFile(path, 'utf8');
    return text.split('\n').flatMap((line) => (line === '' ? [] : [`${line}\n`]));
  } catch (error) {
    if (hasErrno(error, 'ENOENT')) return [];
    throw error;
  }
}

function lineOf({ atMs, code, reason, entry: { kind, output, message } }: DeadLetter): string {
  const { messageId, properties = {}, body } = message;
  const short = Object.entries(properties)
    .slice(0, maxProperties)
    .map(([key, value]) => [clipBytes(key, maxTextBytes), clipBytes(value, maxTextBytes)]);
  const line = {
    time: new Date(atMs).toISOString(),
    code,
    reason,
    kind,
    output,
    ...(messageId === undefined ? {} : { messageId: clipBytes(messageId, maxTextBytes) }),
    properties: Object.fromEntries(short) as Readonly<Record<string, string>>,
    bodyBytes: utf8Length(body),
    body: clipBytes(body, maxBodyBytes),
  };
  return `${JSON.stringify(line)}\n`;
}
