import { badArchive } from './archive-failure.ts';
import { readPlainHeader, tarBlockBytes } from './tar-header.ts';
import { createTarParser } from './tar-parser.ts';

/** Is told what a tar holds, in its order. What these throw ends the reading. */
export interface TarSink {
  directory(path: string): void;
  /** Its contents follow as `data`, then `fileEnd`. */
  file(path: string, sizeBytes: number): void;
  /** A part of what was written to the reader, not a copy. */
  data(piece: Buffer): void;
  fileEnd(): void;
}

/** Takes a tar stream apart. */
export interface TarReader {
  /** Whether the end marker has been read; nothing more is to be written then. */
  readonly sawEnd: boolean;
  /** Throws `BAD_ARCHIVE` or what the sink throws; the reader is of no use after that. */
  write(chunk: Buffer): void;
  /** No more will come. Throws as `write` does. */
  end(): void;
}

/**
 * Reads runs of plain entries itself, since the tar package takes some 15 µs for each of them; at the first header that
 * is anything else it leaves the rest of the archive to the package. Both tell the same: a test holds one against the other.
 */
export function createTarReader(sink: TarSink, name: string): TarReader {
  /** A header that began at the end of a chunk. */
  const cut = Buffer.allocUnsafe(tarBlockBytes);
  let cutBytes = 0;
  let contentBytes = 0;
  let paddingBytes = 0;
  let sawEntry = false;
  let sawZeros = false;
  let sawEnd = false;
  let parser: TarReader | undefined;

  const handOver = (header: Buffer): void => {
    // The package would inflate it.
    if (header[0] === 0x1f && header[1] === 0x8b)
      throw badArchive(name, 'has a gzip file where a tar header should be');
    parser = createTarParser(sink, name);
    if (sawZeros) parser.write(Buffer.alloc(tarBlockBytes));
    parser.write(Buffer.from(header));
  };
  /** False where the header is not a plain one. */
  const takeHeader = (bytes: Buffer, at: number): boolean => {
    const header = readPlainHeader(bytes, at);
    if (header === 'zeros') {
      // An archive of nothing else is none.
      if (!sawEntry) return false;
      sawEnd = sawZeros;
      sawZeros = true;
      return true;
    }
    if (header === undefined) return false;
    sawEntry = true;
    sawZeros = false;
    const { kind, path, sizeBytes } = header;
    if (kind === 'directory') {
      sink.directory(path);
      return true;
    }
    sink.file(path, sizeBytes);
    contentBytes = sizeBytes;
    paddingBytes = (tarBlockBytes - (sizeBytes % tarBlockBytes)) % tarBlockBytes;
    if (sizeBytes === 0) sink.fileEnd();
    return true;
  };
  /** Takes what it can of a header, contents or padding; the result is where the next of them begins. */
  const takePart = (chunk: Buffer, at: number): number => {
    const leftBytes = chunk.length - at;
    if (contentBytes > 0) {
      const pieceBytes = Math.min(contentBytes, leftBytes);
      contentBytes -= pieceBytes;
      sink.data(chunk.subarray(at, at + pieceBytes));
      if (contentBytes === 0) sink.fileEnd();
      return at + pieceBytes;
    }
    if (paddingBytes > 0) {
      const skippedBytes = Math.min(paddingBytes, leftBytes);
      paddingBytes -= skippedBytes;
      return at + skippedBytes;
    }
    if (cutBytes === 0 && leftBytes >= tarBlockBytes) {
      if (!takeHeader(chunk, at)) handOver(chunk.subarray(at, at + tarBlockBytes));
      return at + tarBlockBytes;
    }
    const takenBytes = chunk.copy(cut, cutBytes, at);
    cutBytes += takenBytes;
    if (cutBytes === tarBlockBytes) {
      cutBytes = 0;
      if (!takeHeader(cut, 0)) handOver(cut);
    }
    return at + takenBytes;
  };

  return {
    get sawEnd() {
      return parser?.sawEnd ?? sawEnd;
    },
    write(chunk) {
      let at = 0;
      while (at < chunk.length && parser === undefined && !sawEnd) at = takePart(chunk, at);
      if (at < chunk.length) parser?.write(chunk.subarray(at));
    },
    end() {
      // Less than a header, and no entry before it: the package has the words for that.
      if (parser === undefined && !sawEntry) handOver(cut.subarray(0, cutBytes));
      parser?.end();
    },
  };
}
