import { archiveTooLarge, badArchive, type ArchiveLimits } from './archive-failure.ts';
import { TarParser, type TarPart } from './tar-parser.ts';
import type { LargeFile, TreeWriter } from './tree-writer.ts';
import type { StreamUnpacker } from './unpacker.ts';

/** Up to this size a file is collected in memory and written at once. */
const smallBytes = 128 * 1024;

/** Headers, padding and extended headers come on top of the contents. */
const overheadBytesPerEntry = 4096;

/** Unpacks a plain tar stream. Links, devices, sparse files and anything unknown are refused. */
export class TarUnpacker implements StreamUnpacker {
  readonly #writer: TreeWriter;
  /** The artifact's, for errors. */
  readonly #name: string;
  readonly #limits: ArchiveLimits;
  readonly #parser: TarParser;
  /** The small file that is being collected. */
  #small: { readonly place: string; readonly pieces: Buffer[] } | undefined;
  /** The large file that is being written. */
  #large: LargeFile | undefined;
  #writing: Promise<void> = Promise.resolve();
  #streamBytes = 0;
  /** What ended the unpacking; every later call fails likewise. */
  #failure: unknown;

  constructor(writer: TreeWriter, name: string, limits: ArchiveLimits) {
    this.#writer = writer;
    this.#name = name;
    this.#limits = limits;
    this.#parser = new TarParser(name);
  }

  async write(chunk: Buffer): Promise<void> {
    await this.#take(() => {
      const { maxUnpackedBytes, maxEntries } = this.#limits;
      this.#streamBytes += chunk.length;
      if (this.#streamBytes > maxUnpackedBytes + maxEntries * overheadBytesPerEntry + 65_536) {
        throw archiveTooLarge(this.#name, 'bytes', maxUnpackedBytes);
      }
      // What follows the end marker is padding.
      return this.#parser.sawEnd ? [] : this.#parser.write(chunk);
    });
  }

  async end(): Promise<void> {
    await this.#take(() => {
      const parts = this.#parser.end();
      if (!this.#parser.sawEnd) throw badArchive(this.#name, 'ends before its end marker: it was cut short');
      return parts;
    });
  }

  async destroy(): Promise<void> {
    await this.#writing.catch(() => undefined);
  }

  async #take(parse: () => readonly TarPart[]): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure as Error;
    try {
      this.#writing = this.#writeParts(parse());
      await this.#writing;
    } catch (error) {
      this.#failure = error;
      throw error;
    }
  }

  async #writeParts(parts: readonly TarPart[]): Promise<void> {
    for (const part of parts) {
      switch (part.type) {
        case 'directory':
          this.#writer.addDirectory(part.path);
          break;
        case 'file': {
          const place = this.#writer.reserveFile(part.path, part.sizeBytes);
          if (part.sizeBytes <= smallBytes) this.#small = { place, pieces: [] };
          else this.#large = await this.#writer.openLarge(place);
          break;
        }
        case 'data':
          if (this.#small === undefined) await this.#large?.write(part.piece);
          else this.#small.pieces.push(part.piece);
          break;
        case 'fileEnd':
          if (this.#small !== undefined) this.#writer.writeSmall(this.#small.place, this.#small.pieces);
          this.#large?.close();
          this.#small = this.#large = undefined;
      }
    }
  }
}
