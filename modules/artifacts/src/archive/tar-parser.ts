import { Parser } from 'tar/parse';
import type { ReadEntry } from 'tar/read-entry';
import { badArchive } from './archive-failure.ts';
import { checkPaxText } from './pax-text.ts';
import type { TarReader, TarSink } from './tar-reader.ts';

/** Kinds of entries that carry nothing but plain content. */
const fileTypes: ReadonlySet<string> = new Set(['File', 'OldFile', 'ContiguousFile']);
const directoryTypes: ReadonlySet<string> = new Set(['Directory', 'GNUDumpDir']);

/**
 * Reads any tar with the tar package: extended headers, long names, every layout. Links, devices, sparse files and anything
 * unknown are refused. The package keeps parts of what is written until more comes.
 */
export function createTarParser(sink: TarSink, name: string): TarReader {
  let failure: unknown;
  let sawEnd = false;
  // What is thrown inside the package's events would leave it halfway through an entry, and would not always come out.
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
      sink.directory(entry.path);
      entry.resume();
      return;
    }
    if (!fileTypes.has(entry.type)) {
      throw badArchive(
        name,
        `entry ${JSON.stringify(entry.path)} is a ${entry.type}, and only files and directories are taken`,
      );
    }
    sink.file(entry.path, entry.size);
    entry.on('data', (piece) => attempt(() => sink.data(piece)));
    entry.on('end', () => attempt(() => sink.fileEnd()));
  };
  const parse = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      // Its own, of an archive that is cut in the last block of a file for one: the sink's are caught above.
      failure ??= badArchive(name, reasonOf(error as Error), error);
    }
    if (failure !== undefined) throw failure as Error;
  };

  return {
    get sawEnd() {
      return sawEnd;
    },
    write: (chunk) => parse(() => parser.write(chunk)),
    end: () => parse(() => parser.end()),
  };
}

function reasonOf(error: Error): string {
  const code = 'tarCode' in error && typeof error.tarCode === 'string' ? error.tarCode : error.name;
  return `is no sound tar archive (${code})`;
}
