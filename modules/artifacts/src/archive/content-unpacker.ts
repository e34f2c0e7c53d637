import { ArtifactError } from '../core/artifact-error.ts';
import { unsupportedArchive, type ArchiveLimits } from './archive-failure.ts';
import { contentHeadBytes, contentKindOf, isOneFile, isUnsupported, type ContentKind } from './content-kind.ts';
import type { TreeWriter } from './tree-writer.ts';
import { GzipUnpacker } from './unpack-gzip.ts';
import { InflatedUnpacker } from './unpack-inflated.ts';
import { TarUnpacker } from './unpack-tar.ts';
import type { StreamUnpacker } from './unpacker.ts';

interface ContentOptions {
  /** The artifact's, for errors. */
  readonly name: string;
  /** The download's, as its URL has it. */
  readonly fileName: string;
  /** Whether archives are unpacked, or stay one file. */
  readonly unpack: 'auto' | 'none';
  readonly limits: ArchiveLimits;
}

/**
 * Finds out from the first bytes what a download is, and unpacks what can be unpacked on the way, before anybody knows
 * whether the bytes are the right ones.
 */
export class ContentUnpacker {
  readonly #writer: TreeWriter;
  /** The artifact's, for errors. */
  readonly #name: string;
  /** The download's, as its URL has it. */
  readonly #fileName: string;
  readonly #unpack: 'auto' | 'none';
  readonly #limits: ArchiveLimits;
  /** Bytes that came before there were enough to decide. */
  #head: Buffer = Buffer.alloc(0);
  #kind: ContentKind | undefined;
  /** Undefined for what can't be unpacked on the way. */
  #inner: StreamUnpacker | undefined;
  /** What is wrong with the archive; it counts only once the digest is right. */
  #refusal: ArtifactError | undefined;

  constructor(writer: TreeWriter, { name, fileName, unpack, limits }: ContentOptions) {
    this.#writer = writer;
    this.#name = name;
    this.#fileName = fileName;
    this.#unpack = unpack;
    this.#limits = limits;
  }

  /** What it is; undefined until enough bytes have come. */
  get kind(): ContentKind | undefined {
    return this.#kind;
  }

  /** Rejects only with the volume's own errors. */
  async write(chunk: Buffer): Promise<void> {
    if (this.#kind !== undefined) {
      await this.#pass(chunk);
      return;
    }
    this.#head = Buffer.concat([this.#head, chunk]);
    if (this.#head.length >= contentHeadBytes) await this.#passHead();
  }

  /** Resolves with what it was; rejects with what was wrong. A zip or a plain file is still to be dealt with. */
  async end(): Promise<ContentKind> {
    const kind = this.#kind ?? (await this.#passHead());
    await this.#attempt(() => this.#inner?.end());
    if (this.#refusal !== undefined) throw this.#refusal;
    return kind;
  }

  async destroy(): Promise<void> {
    await this.#inner?.destroy();
  }

  async #passHead(): Promise<ContentKind> {
    const head = this.#head;
    this.#head = Buffer.alloc(0);
    const found = contentKindOf(head);
    const kind = this.#unpack === 'none' && !isOneFile(found) ? 'packed' : found;
    this.#kind = kind;
    this.#begin(kind);
    if (head.length > 0) await this.#pass(head);
    return kind;
  }

  #begin(kind: ContentKind): void {
    const [writer, name, fileName, limits] = [this.#writer, this.#name, this.#fileName, this.#limits];
    if (kind === 'tar') this.#inner = new TarUnpacker(writer, name, limits);
    if (kind === 'gzip') this.#inner = new GzipUnpacker(new InflatedUnpacker({ writer, name, fileName, limits }), name);
    if (!isUnsupported(kind)) return;
    const reason = `is packed with ${kind}, which is not taken: pack it as tar.gz or zip`;
    this.#refusal = unsupportedArchive(name, reason);
  }

  async #pass(chunk: Buffer): Promise<void> {
    // The tar parser keeps parts of what it is given, and what comes from the network is overwritten.
    await this.#attempt(() => this.#inner?.write(this.#kind === 'tar' ? Buffer.from(chunk) : chunk));
  }

  async #attempt(work: () => Promise<void> | undefined): Promise<void> {
    if (this.#refusal !== undefined) return;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ArtifactError) || error.code === 'DISK_FULL') throw error;
      this.#refusal = error;
    }
  }
}
