import { LineSplitter } from '../../text/line-splitter.ts';

const headerBytes = 8;

/**
 * Takes apart what the engine sends of a container without a terminal: frames of one byte that names the stream (1 stdout,
 * 2 stderr), three zeros, the length as 32 bits, and so many bytes (Docker Engine API, "Attach to a container").
 */
export class LogReader {
  readonly #streams: Readonly<Record<'out' | 'err', LineSplitter>>;
  /** As much of the next frame's header as has come. */
  #header = Buffer.alloc(0);
  /** The frame whose bytes are coming. */
  #frame: { readonly stream: LineSplitter; left: number } | undefined;

  constructor(onLine: (line: string) => void) {
    this.#streams = { out: new LineSplitter(onLine), err: new LineSplitter(onLine) };
  }

  write(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#frame === undefined) {
        const wanted = headerBytes - this.#header.length;
        this.#header = Buffer.concat([this.#header, rest.subarray(0, wanted)]);
        rest = rest.subarray(wanted);
        if (this.#header.length < headerBytes) return;
        const stream = this.#streams[this.#header[0] === 2 ? 'err' : 'out'];
        this.#frame = { stream, left: this.#header.readUInt32BE(4) };
        this.#header = Buffer.alloc(0);
      }
      const part = rest.subarray(0, this.#frame.left);
      this.#frame.stream.write(part);
      this.#frame.left -= part.length;
      rest = rest.subarray(part.length);
      if (this.#frame.left === 0) this.#frame = undefined;
    }
  }

  /** Hands over what is left of unfinished lines. */
  end(): void {
    this.#streams.out.end();
    this.#streams.err.end();
  }
}
