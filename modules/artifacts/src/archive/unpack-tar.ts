import { archiveTooLarge, badArchive, type ArchiveLimits } from './archive-failure.ts';
import { createTarReader } from './tar-reader.ts';
import type { TreeWriter } from './tree-writer.ts';
import type { StreamUnpacker } from './unpacker.ts';

/** Up to this size a file is collected in memory and written at once. */
const smallBytes = 128 * 1024;

/** What is to be done to a large file; small ones are the tree writer's at once. */
type Step =
  | { readonly do: 'open'; readonly place: string }
  | { readonly do: 'write'; readonly piece: Buffer }
  | { readonly do: 'close' };

/** Unpacks a plain tar stream. Links, devices, sparse files and anything unknown are refused. */
export function createTarUnpacker(writer: TreeWriter, name: string, limits: ArchiveLimits): StreamUnpacker {
  // The reader tells what it finds while it is being written to; what takes time is done afterwards, in order.
  let steps: Step[] = [];
  let small: { readonly place: string; readonly pieces: Buffer[] } | undefined;
  let large: Awaited<ReturnType<TreeWriter['openLarge']>> | undefined;
  let performing: Promise<void> = Promise.resolve();
  let failure: unknown;
  let streamBytes = 0;
  /** Headers, padding and extended headers come on top of the contents. */
  const maxStreamBytes = limits.maxUnpackedBytes + limits.maxEntries * 4096 + 65_536;

  const reader = createTarReader(
    {
      directory: (path) => writer.addDirectory(path),
      file(path, sizeBytes) {
        const place = writer.reserveFile(path, sizeBytes);
        if (sizeBytes <= smallBytes) small = { place, pieces: [] };
        else steps.push({ do: 'open', place });
      },
      data(piece) {
        if (small === undefined) steps.push({ do: 'write', piece });
        else small.pieces.push(piece);
      },
      fileEnd() {
        if (small === undefined) steps.push({ do: 'close' });
        else writer.writeSmall(small.place, small.pieces);
        small = undefined;
      },
    },
    name,
  );
  const perform = (): Promise<void> => {
    performing = performSteps();
    return performing;
  };
  const performSteps = async (): Promise<void> => {
    const due = steps;
    steps = [];
    for (const step of due) {
      switch (step.do) {
        case 'open':
          large = await writer.openLarge(step.place);
          break;
        case 'write':
          await large?.write(step.piece);
          break;
        case 'close':
          await large?.close();
          large = undefined;
          break;
      }
    }
  };
  const attempt = (work: () => void): void => {
    if (failure !== undefined) throw failure as Error;
    try {
      work();
    } catch (error) {
      failure = error;
      throw error;
    }
  };

  return {
    async write(chunk) {
      attempt(() => {
        streamBytes += chunk.length;
        if (streamBytes > maxStreamBytes) throw archiveTooLarge(name, 'bytes', limits.maxUnpackedBytes);
        // What follows the end marker is padding.
        if (!reader.sawEnd) reader.write(chunk);
      });
      await perform();
    },
    async end() {
      attempt(() => {
        reader.end();
        if (!reader.sawEnd) throw badArchive(name, 'ends before its end marker: it was cut short');
      });
      await perform();
    },
    destroy: () => performing.catch(() => undefined),
  };
}
