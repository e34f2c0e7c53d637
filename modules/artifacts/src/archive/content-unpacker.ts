import { ArtifactError } from '../core/artifact-error.ts';
import type { ArchiveLimits } from './archive-failure.ts';
import { contentHeadBytes, contentKindOf, type ContentKind } from './content-kind.ts';
import type { TreeWriter } from './tree-writer.ts';
import { createGzipUnpacker } from './unpack-gzip.ts';
import { createTarUnpacker } from './unpack-tar.ts';
import type { StreamUnpacker } from './unpacker.ts';

/** Unpacks whatever can be unpacked on the way, before anybody knows whether the bytes are the right ones. */
export interface ContentUnpacker {
  /** What it is; undefined until enough bytes have come. */
  readonly kind: ContentKind | undefined;
  /** Rejects only with the volume's own errors: what is wrong with the archive counts only once the digest is right. */
  write(chunk: Buffer): Promise<void>;
  /** Resolves with what it was; rejects with what was wrong. A zip or a plain file is still to be dealt with. */
  end(): Promise<ContentKind>;
  destroy(): Promise<void>;
}

/** Creates an unpacker that finds out from the first bytes what it has to do. */
export function createContentUnpacker(writer: TreeWriter, name: string, limits: ArchiveLimits): ContentUnpacker {
  let head: Buffer = Buffer.alloc(0);
  let kind: ContentKind | undefined;
  let inner: StreamUnpacker | undefined;
  let refusal: ArtifactError | undefined;

  const decide = (): void => {
    kind = contentKindOf(head);
    if (kind === 'tar') inner = copying(createTarUnpacker(writer, name, limits));
    if (kind === 'tar.gz') inner = createGzipUnpacker(createTarUnpacker(writer, name, limits), name);
  };
  const pass = async (work: () => Promise<void> | undefined): Promise<void> => {
    if (refusal !== undefined) return;
    try {
      await work();
    } catch (error) {
      if (!(error instanceof ArtifactError) || error.code === 'DISK_FULL') throw error;
      refusal = error;
    }
  };
  return {
    get kind() {
      return kind;
    },
    async write(chunk) {
      if (kind !== undefined) {
        await pass(() => inner?.write(chunk));
        return;
      }
      head = Buffer.concat([head, chunk]);
      if (head.length < contentHeadBytes) return;
      decide();
      const first = head;
      head = Buffer.alloc(0);
      await pass(() => inner?.write(first));
    },
    async end() {
      if (kind === undefined) {
        decide();
        if (head.length > 0) await pass(() => inner?.write(head));
      }
      await pass(() => inner?.end());
      if (refusal !== undefined) throw refusal;
      return kind ?? 'file';
    },
    destroy: async () => inner?.destroy(),
  };
}

/** Parts of what it is given wait to be written, and what comes from the network is overwritten. */
function copying(inner: StreamUnpacker): StreamUnpacker {
  return { ...inner, write: (chunk) => inner.write(Buffer.from(chunk)) };
}
