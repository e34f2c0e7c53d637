import { createLineSplitter } from '../engine/line-splitter.ts';

const headerBytes = 8;

/**
 * Takes apart what the engine sends of a container without a terminal: frames of one byte that names the stream (1 stdout,
 * 2 stderr), three zeros, the length as 32 bits, and so many bytes (Docker Engine API, "Attach to a container").
 */
export function createLogReader(onLine: (line: string) => void): { write(chunk: Buffer): void; end(): void } {
  const streams = { out: createLineSplitter(onLine), err: createLineSplitter(onLine) };
  let header = Buffer.alloc(0);
  let current: { readonly stream: keyof typeof streams; left: number } | undefined;
  return {
    write(chunk) {
      let rest = chunk;
      while (rest.length > 0) {
        if (current === undefined) {
          const wanted = headerBytes - header.length;
          header = Buffer.concat([header, rest.subarray(0, wanted)]);
          rest = rest.subarray(wanted);
          if (header.length < headerBytes) return;
          current = { stream: header[0] === 2 ? 'err' : 'out', left: header.readUInt32BE(4) };
          header = Buffer.alloc(0);
        }
        const part = rest.subarray(0, current.left);
        streams[current.stream].write(part);
        current.left -= part.length;
        rest = rest.subarray(part.length);
        if (current.left === 0) current = undefined;
      }
    },
    end() {
      streams.out.end();
      streams.err.end();
    },
  };
}
