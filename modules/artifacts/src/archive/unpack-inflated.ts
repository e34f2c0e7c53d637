import { badArchive, type ArchiveLimits } from './archive-failure.ts';
import { contentHeadBytes, contentKindOf } from './content-kind.ts';
import type { TreeFile } from './tree-file.ts';
import type { TreeWriter } from './tree-writer.ts';
import { TarUnpacker } from './unpack-tar.ts';
import type { StreamUnpacker } from './unpacker.ts';

interface InflatedOptions {
  readonly writer: TreeWriter;
  /** The artifact's, for errors. */
  readonly name: string;
  /** The download's, as its URL has it. */
  readonly fileName: string;
  readonly limits: ArchiveLimits;
}

/** What a gzip file holds: a tar, which is unpacked, or one file, which is named as the download without its `.gz`. */
export class InflatedUnpacker implements StreamUnpacker {
  readonly #options: InflatedOptions;
  /** Bytes that came before there were enough to decide. */
  #head: Buffer = Buffer.alloc(0);
  #tar: TarUnpacker | undefined;
  #file: TreeFile | undefined;

  constructor(options: InflatedOptions) {
    this.#options = options;
  }

  async write(chunk: Buffer): Promise<void> {
    if (this.#tar !== undefined) await this.#tar.write(chunk);
    else if (this.#file !== undefined) await this.#file.write(chunk);
    else {
      this.#head = Buffer.concat([this.#head, chunk]);
      if (this.#head.length >= contentHeadBytes) await this.#begin();
    }
  }

  async end(): Promise<void> {
    if (this.#tar === undefined && this.#file === undefined) await this.#begin();
    await this.#tar?.end();
    this.#file?.close();
  }

  async destroy(): Promise<void> {
    await this.#tar?.destroy();
  }

  async #begin(): Promise<void> {
    const { writer, name, fileName, limits } = this.#options;
    const head = this.#head;
    this.#head = Buffer.alloc(0);
    const kind = contentKindOf(head);
    if (kind === 'tar') {
      this.#tar = new TarUnpacker(writer, name, limits);
      await this.#tar.write(head);
      return;
    }
    if (head.length === 0) throw badArchive(name, 'is a gzip file of nothing');
    if (kind === 'gzip') throw badArchive(name, 'is a gzip file within a gzip file: pack it once');
    if (/\.(?:tar|tgz|tar\.gz)$/i.test(fileName)) throw badArchive(name, `${fileName} holds no tar archive`);
    this.#file = await writer.addFile(fileName.replace(/(?<=.)\.gz$/i, ''), undefined);
    await this.#file?.write(head);
  }
}
