import { Parser, type ReadEntry } from 'tar';
import { archiveTooLarge, badArchive, type ArchiveLimits } from './archive-failure.ts';
import { checkPaxText } from './pax-text.ts';
import type { TreeWriter } from './tree-writer.ts';
import type { StreamUnpacker } from './unpacker.ts';

/** Kinds of entries that carry nothing but plain content. */
const fileTypes: ReadonlySet<string> = new Set(['File', 'OldFile', 'ContiguousFile']);
const directoryTypes: ReadonlySet<string> = new Set(['Directory', 'GNUDumpDir']);

/** Up to this size a file is collected in memory and written at once. */
const smallBytes = 128 * 1024;

type Step =
  | { readonly do: 'small'; readonly place: string; readonly chunks: readonly Buffer[] }
  | { readonly do: 'open'; readonly place: string }
  | { readonly do: 'write'; readonly chunk: Buffer }
  | { readonly do: 'close' };

/** Unpacks a plain tar stream. Links, devices, sparse files and anything unknown are refused. */
export function createTarUnpacker(writer: TreeWriter, name: string, limits: ArchiveLimits): StreamUnpacker {
  let steps: Step[] = [];
  let failure: unknown;
  let sawEnd = false;
  let streamBytes = 0;
  let large: Awaited<ReturnType<TreeWriter['openLarge']>> | undefined;
  /** Headers, padding and extended headers come on top of the contents. */
  const maxStreamBytes = limits.maxUnpackedBytes + limits.maxEntries * 4096 + 65_536;

  // The parser calls back while it is being written to; what it finds is collected and done afterwards, in order.
  const attempt = (work: () => void): void => {
    if (failure !== undefined) return;
    try {
      work();
    } catch (error) {
      failure = error;
    }
  };
  const parser = new Parser({ strict: true, brotli: false, zstd: false });
  parser.on('error', (error: Error) => {
    failure ??= badArchive(name, reasonOf(error), error);
  });
  parser.on('meta', (text: string) => {
    attempt(() => {
      const reason = checkPaxText(text);
      if (reason !== undefined) throw badArchive(name, reason);
    });
  });
  parser.on('eof', () => {
    sawEnd = true;
  });
  parser.on('ignoredEntry', (entry: ReadEntry) => {
    failure ??= badArchive(
      name,
      `entry ${JSON.stringify(entry.path.slice(0, 200))} is a ${entry.type} that is not taken`,
    );
  });
  parser.on('entry', (entry: ReadEntry) => {
    attempt(() => addEntry(entry));
    // Nothing is to wait for an entry that failed.
    if (failure !== undefined) entry.resume();
  });

  const addEntry = (entry: ReadEntry): void => {
    if (directoryTypes.has(entry.type)) {
      writer.addDirectory(entry.path);
      entry.resume();
      return;
    }
    if (!fileTypes.has(entry.type)) {
      throw badArchive(
        name,
        `entry ${JSON.stringify(entry.path)} is a ${entry.type}, and only files and directories are taken`,
      );
    }
    const place = writer.reserveFile(entry.path, entry.size);
    if (entry.size <= smallBytes) {
      const chunks: Buffer[] = [];
      entry.on('data', (chunk) => chunks.push(chunk));
      entry.on('end', () => steps.push({ do: 'small', place, chunks }));
    } else {
      steps.push({ do: 'open', place });
      entry.on('data', (chunk) => steps.push({ do: 'write', chunk }));
      entry.on('end', () => steps.push({ do: 'close' }));
    }
  };

  const perform = async (): Promise<void> => {
    const due = steps;
    steps = [];
    for (const step of due) {
      switch (step.do) {
        case 'small':
          writer.writeSmall(step.place, step.chunks);
          break;
        case 'open':
          large = await writer.openLarge(step.place);
          break;
        case 'write':
          await large?.write(step.chunk);
          break;
        case 'close':
          await large?.close();
          large = undefined;
          break;
      }
    }
  };
  const check = (): void => {
    if (failure !== undefined) throw failure as Error;
  };

  return {
    async write(chunk) {
      check();
      streamBytes += chunk.length;
      if (streamBytes > maxStreamBytes) failure = archiveTooLarge(name, 'bytes', limits.maxUnpackedBytes);
      check();
      // What follows the end marker is padding; the parser would keep all of it in memory.
      if (sawEnd) return;
      attempt(() => parser.write(chunk));
      check();
      await perform();
    },
    async end() {
      check();
      attempt(() => parser.end());
      check();
      if (!sawEnd) throw badArchive(name, 'ends before its end marker: it was cut short');
      await perform();
    },
    destroy: () => Promise.resolve(),
  };
}

function reasonOf(error: Error): string {
  const code = 'tarCode' in error && typeof error.tarCode === 'string' ? error.tarCode : error.name;
  return `is no sound tar archive (${code})`;
}
