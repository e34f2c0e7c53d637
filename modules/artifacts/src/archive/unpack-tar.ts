import { archiveTooLarge, badArchive, type ArchiveLimits } from './archive-failure.ts';
import { TarParser, type TarPart } from './tar-parser.ts';
import type { TreeFile } from './tree-file.ts';
import type { TreeWriter } from './tree-writer.ts';
import type { StreamUnpacker } from './unpacker.ts';

/** Headers, padding and extended headers come on top of the contents. */
const overheadBytesPerEntry = 4096;

/** Unpacks a plain tar stream. Hard links are copied; what else is no file or directory is refused. */
export class TarUnpacker implements StreamUnpacker {
  readonly #writer: TreeWriter;
  /** The artifact's, for errors. */
  readonly #name: string;
  readonly #limits: ArchiveLimits;
  readonly #parser: TarParser;
  /** The file whose contents arrive; undefined where they are left out. */
  #file: TreeFile | undefined;
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
        case 'link':
          await this.#writer.copyFile(part.path, part.target);
          break;
        case 'file':
          this.#file = await this.#writer.addFile(part.path, part.sizeBytes);
          break;
        case 'data':
          await this.#file?.write(part.piece);
          break;
        case 'fileEnd':
          this.#file?.close();
          this.#file = undefined;
      }
    }
  }
}
