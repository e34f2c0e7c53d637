import { createReadStream } from 'node:fs';
import { isJsonObject, parseJson } from '@companion/foundation';
import { CliError } from '../command/cli-error.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { messageOf } from './output.ts';

/** What is no JSON lines is read whole, as one message of many. */
const maxWholeBytes = 256 * 1024 * 1024;
const newline = 10;

/**
 * The messages of a recording (`-` is stdin): line by line where the first line is a message of its own, otherwise all at
 * once. Throws a `CliError`.
 */
export async function* readRecording(path: string, terminal: Terminal): AsyncGenerator<Uint8Array> {
  const stream = path === '-' ? terminal.stdin : createReadStream(path, { highWaterMark: 1024 * 1024 });
  const reader = new RecordingReader(path);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) yield* reader.take(chunk);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError('not-readable', `companion: ${path}: ${messageOf(error)}`, { cause: error });
  }
  yield* reader.end();
}

/** Cuts chunks of a recording into messages. */
class RecordingReader {
  readonly #path: string;
  /** Undefined until the first line is whole. */
  #byLine: boolean | undefined;
  /** What follows the last line's end, in pieces: joining them for each chunk would take quadratic time. */
  #rest: Buffer[] = [];
  #restBytes = 0;

  constructor(path: string) {
    this.#path = path;
  }

  *take(chunk: Buffer): Generator<Uint8Array> {
    let bytes = chunk;
    if (this.#byLine === undefined && chunk.includes(newline)) {
      bytes = this.#takeRest(chunk);
      this.#byLine = isMessage(bytes.subarray(0, bytes.indexOf(newline)));
    }
    let start = 0;
    if (this.#byLine === true) {
      for (let end = bytes.indexOf(newline); end >= 0; end = bytes.indexOf(newline, start)) {
        const line = this.#takeRest(bytes.subarray(start, end));
        if (!isBlank(line)) yield line;
        start = end + 1;
      }
    }
    this.#rest.push(bytes.subarray(start));
    this.#restBytes += bytes.length - start;
    if (this.#restBytes > maxWholeBytes) {
      throw new CliError('too-large', `companion: ${this.#path}: more than ${maxWholeBytes} bytes without JSON lines`);
    }
  }

  *end(): Generator<Uint8Array> {
    const last = this.#takeRest();
    if (!isBlank(last)) yield last;
  }

  /** The rest with more behind it, as one piece; nothing is left then. */
  #takeRest(more: Buffer = Buffer.alloc(0)): Buffer {
    const whole = this.#rest.length > 0 ? Buffer.concat([...this.#rest, more]) : more;
    this.#rest = [];
    this.#restBytes = 0;
    return whole;
  }
}

function isMessage(line: Uint8Array): boolean {
  const value = parseJson(new TextDecoder().decode(line));
  return isJsonObject(value) || Array.isArray(value);
}

function isBlank(bytes: Uint8Array): boolean {
  return !bytes.some((byte) => byte > 32);
}
