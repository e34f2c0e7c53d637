import { Header } from 'tar/header';
import { Parser } from 'tar/parse';
import type { ReadEntry } from 'tar/read-entry';
import { ArtifactError } from '../core/artifact-error.ts';
import { badArchive } from './archive-failure.ts';
import { isMetaType, maxMetaBytes, NextEntry } from './next-entry.ts';
import { paddedBytes, tarBlockBytes, typeOf } from './tar-block.ts';
import { shownPath } from './entry-path.ts';

/** What a tar holds, in its order. */
export type TarPart =
  | { readonly type: 'directory'; readonly path: string }
  /** Another name of a file that came before. */
  | { readonly type: 'link'; readonly path: string; readonly target: string }
  /** Its contents follow as `data`, then `fileEnd`. */
  | { readonly type: 'file'; readonly path: string; readonly sizeBytes: number }
  /** A part of what was written to the parser, not a copy. */
  | { readonly type: 'data'; readonly piece: Buffer }
  | { readonly type: 'fileEnd' };

/** What comes next in the stream. */
type Place =
  | { readonly at: 'header' }
  /** Of an entry, or of what is passed over. */
  | { readonly at: 'contents'; readonly leftBytes: number }
  /** Of an entry that speaks of others; it is collected, padding included. */
  | { readonly at: 'meta'; readonly type: string; readonly sizeBytes: number };

/** Kinds of entries that carry nothing but plain content. */
const fileTypes: ReadonlySet<string> = new Set(['File', 'OldFile', 'ContiguousFile']);
const directoryTypes: ReadonlySet<string> = new Set(['Directory', 'GNUDumpDir']);

/**
 * Takes a tar stream apart with the tar package, which is given one header at a time: extended headers and long names are
 * read by `NextEntry`, and what the package sees of them has one reading only. Symbolic links, devices, sparse files and
 * anything unknown are refused. The package says how long an entry's contents are, so that the two never disagree.
 */
export class TarParser {
  /** The artifact's, for errors. */
  readonly #name: string;
  readonly #parser = new Parser({ strict: true, brotli: false, zstd: false });
  readonly #next: NextEntry;
  #place: Place = { at: 'header' };
  /** A header or an entry's text of which more is to come. */
  #collected: Buffer[] = [];
  #collectedBytes = 0;
  /** What the chunk at hand has brought so far. */
  #parts: TarPart[] = [];
  /** The first thing that was wrong; the parser is of no use after that. */
  #failure: unknown;
  #begun = false;
  #sawEnd = false;

  constructor(name: string) {
    this.#name = name;
    this.#next = new NextEntry(name);
    this.#parser.on('error', (error: Error) => this.#refuse(reasonOf(error), error));
    this.#parser.on('eof', () => {
      this.#sawEnd = true;
    });
    this.#parser.on('ignoredEntry', ({ path, type, startBlockSize }: ReadEntry) => {
      this.#place = { at: 'contents', leftBytes: startBlockSize };
      // The label that `tar --label` writes.
      if (type !== 'TapeVolumeHeader') this.#refuse(`entry ${shownPath(path)} is a ${type} that is not taken`);
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
    return this.#parse(() => {
      for (let at = 0; at < chunk.length && !this.#sawEnd && this.#failure === undefined;) {
        at += this.#takePiece(chunk.subarray(at));
      }
    });
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
      this.#fail(error);
    }
    this.#check();
    return this.#parts;
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure as Error;
  }

  /** Takes the beginning of a piece; the result is how many bytes. */
  #takePiece(piece: Buffer): number {
    const place = this.#place;
    if (place.at === 'contents') {
      const contents = piece.subarray(0, place.leftBytes);
      this.#passContents(contents, place.leftBytes);
      return contents.length;
    }
    const wantedBytes = place.at === 'header' ? tarBlockBytes : paddedBytes(place.sizeBytes);
    const part = piece.subarray(0, wantedBytes - this.#collectedBytes);
    this.#collected.push(part);
    this.#collectedBytes += part.length;
    if (this.#collectedBytes < wantedBytes) return part.length;
    const whole = this.#collected.length === 1 ? part : Buffer.concat(this.#collected);
    this.#collected = [];
    this.#collectedBytes = 0;
    this.#place = { at: 'header' };
    if (place.at === 'header') this.#takeHeader(whole);
    else this.#next.add(place.type, whole.subarray(0, place.sizeBytes));
    return part.length;
  }

  #passContents(contents: Buffer, leftBytes: number): void {
    this.#place =
      leftBytes === contents.length ? { at: 'header' } : { at: 'contents', leftBytes: leftBytes - contents.length };
    this.#parser.write(contents);
  }

  #takeHeader(header: Buffer): void {
    const type = typeOf(header);
    const { size = 0, cksumValid } = isMetaType(type) ? new Header(header) : {};
    // What has a wrong sum is the package's to refuse.
    if (cksumValid !== true) this.#parser.write(this.#next.headers(header));
    else if (size > maxMetaBytes) this.#refuse('has an extended header of more than a megabyte');
    else if (size > 0) this.#place = { at: 'meta', type, sizeBytes: size };
  }

  #takeEntry(entry: ReadEntry): void {
    const { path, type, size, startBlockSize } = entry;
    this.#place = startBlockSize > 0 ? { at: 'contents', leftBytes: startBlockSize } : { at: 'header' };
    if (directoryTypes.has(type)) this.#parts.push({ type: 'directory', path });
    else if (fileTypes.has(type)) {
      this.#parts.push({ type: 'file', path, sizeBytes: size });
      entry.on('data', (piece) => void this.#parts.push({ type: 'data', piece }));
      entry.on('end', () => void this.#parts.push({ type: 'fileEnd' }));
      return;
    } else if (type === 'Link') this.#takeLink(path, entry.linkpath ?? '', size);
    else
      this.#refuse(`entry ${shownPath(path)} is a ${type}, and only files and directories are taken${adviceOf(type)}`);
    // The next entry waits for this one's end.
    entry.resume();
  }

  /** Some tools take what follows the header of a hard link for its contents, some for the next header. */
  #takeLink(path: string, target: string, sizeBytes: number): void {
    if (sizeBytes > 0) this.#refuse(`entry ${shownPath(path)} is a hard link with contents of its own`);
    else this.#parts.push({ type: 'link', path, target });
  }

  #fail(error: unknown): void {
    if (error instanceof ArtifactError) this.#failure ??= error;
    else this.#refuse(reasonOf(error as Error), error);
  }

  #refuse(reason: string, cause?: unknown): void {
    this.#failure ??= badArchive(this.#name, reason, cause);
  }
}

function adviceOf(type: string): string {
  return type === 'SymbolicLink' ? ': pack it with tar -h, which takes what links point to' : '';
}

function reasonOf(error: Error): string {
  const code = 'tarCode' in error && typeof error.tarCode === 'string' ? error.tarCode : error.name;
  return `is no sound tar archive (${code})`;
}
