import { Parser } from 'tar/parse';
import type { ReadEntry } from 'tar/read-entry';
import { badArchive } from './archive-failure.ts';
import { checkPaxText } from './pax-text.ts';

/** What a tar holds, in its order. */
export type TarPart =
  | { readonly type: 'directory'; readonly path: string }
  /** Its contents follow as `data`, then `fileEnd`. */
  | { readonly type: 'file'; readonly path: string; readonly sizeBytes: number }
  /** A part of what was written to the parser, not a copy. */
  | { readonly type: 'data'; readonly piece: Buffer }
  | { readonly type: 'fileEnd' };

/** Kinds of entries that carry nothing but plain content. */
const fileTypes: ReadonlySet<string> = new Set(['File', 'OldFile', 'ContiguousFile']);
const directoryTypes: ReadonlySet<string> = new Set(['Directory', 'GNUDumpDir']);

/**
 * Takes a tar stream apart with the tar package: extended headers, long names, every layout. Links, devices, sparse files
 * and anything unknown are refused, and so is text of an extended header that the package would misread (`checkPaxText`).
 * The package keeps parts of what is written until more comes.
 */
export class TarParser {
  /** The artifact's, for errors. */
  readonly #name: string;
  readonly #parser = new Parser({ strict: true, brotli: false, zstd: false });
  /** What the chunk at hand has brought so far. */
  #parts: TarPart[] = [];
  /** The first thing that was wrong; the parser is of no use after that. */
  #failure: unknown;
  #begun = false;
  #sawEnd = false;

  constructor(name: string) {
    this.#name = name;
    this.#parser.on('error', (error: Error) => this.#refuse(reasonOf(error), error));
    this.#parser.on('meta', (text: string) => {
      const reason = checkPaxText(text);
      if (reason !== undefined) this.#refuse(reason);
    });
    this.#parser.on('eof', () => {
      this.#sawEnd = true;
    });
    this.#parser.on('ignoredEntry', ({ path, type }: ReadEntry) => {
      this.#refuse(`entry ${JSON.stringify(path.slice(0, 200))} is a ${type} that is not taken`);
    });
    this.#parser.on('entry', (entry: ReadEntry) => this.#takeEntry(entry));
  }

  /** Whether the end marker has been read; nothing more is to be written then. */
  get sawEnd(): boolean {
    return this.#sawEnd;
  }

  /** What a chunk brings. Throws `BAD_ARCHIVE`. */
  write(chunk: Buffer): readonly TarPart[] {
    // The package would inflate a gzip file, beyond every limit. No name of a sound entry begins like one.
    if (!this.#begun && chunk[0] === 0x1f) this.#refuse('has a gzip file where a tar header should be');
    this.#begun ||= chunk.length > 0;
    return this.#parse(() => this.#parser.write(chunk));
  }

  /** No more will come. Throws as `write` does. */
  end(): readonly TarPart[] {
    return this.#parse(() => this.#parser.end());
  }

  #parse(work: () => void): readonly TarPart[] {
    this.#check();
    this.#parts = [];
    try {
      work();
    } catch (error) {
      // Of an archive that is cut in the last block of a file, for one.
      this.#refuse(reasonOf(error as Error), error);
    }
    this.#check();
    return this.#parts;
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure as Error;
  }

  #takeEntry(entry: ReadEntry): void {
    const { path, type, size } = entry;
    if (directoryTypes.has(type)) this.#parts.push({ type: 'directory', path });
    else if (fileTypes.has(type)) {
      this.#parts.push({ type: 'file', path, sizeBytes: size });
      entry.on('data', (piece) => void this.#parts.push({ type: 'data', piece }));
      entry.on('end', () => void this.#parts.push({ type: 'fileEnd' }));
      return;
    } else {
      this.#refuse(`entry ${JSON.stringify(path)} is a ${type}, and only files and directories are taken`);
    }
    // The next entry waits for this one's end.
    entry.resume();
  }

  #refuse(reason: string, cause?: unknown): void {
    this.#failure ??= badArchive(this.#name, reason, cause);
  }
}

function reasonOf(error: Error): string {
  const code = 'tarCode' in error && typeof error.tarCode === 'string' ? error.tarCode : error.name;
  return `is no sound tar archive (${code})`;
}
