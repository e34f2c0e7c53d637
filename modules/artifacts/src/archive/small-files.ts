import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

/** Writes many small files, each in one go and never over one that is there. What is written is not flushed. */
export interface SmallFiles {
  /**
   * Takes the file over; it is written now or soon. The bytes are copied. Throws what an earlier file could not be written
   * for: an `ErrnoException`.
   */
  add(place: string, chunks: readonly Buffer[]): void;
  /** Resolves when all are written, and lets the thread go. Rejects as `add` throws. */
  done(): Promise<void>;
  /** Resolves when nothing is written any more, whatever became of it. */
  abandon(): Promise<void>;
}

/** A heap of files whose bytes lie one after the other in `bytes`. */
interface Batch {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly places: string[];
  /** Where each file ends in `bytes`. */
  readonly ends: number[];
}

interface Answer {
  /** The batch's own, to be filled again. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly failure: { readonly code: string; readonly message: string } | undefined;
}

const batchBytes = 512 * 1024;
/** Empty files take no room in a batch. */
const maxPlaces = 512;
/** Creating a file is the kernel's work for some 30 µs: it pays to share that with a second thread from about here. */
const threadFromFiles = 256;
/** One that is being written, and two that wait so that there is no pause; whatever is more than that is written here. */
const maxWithThread = 3;

/** As `wx`, which Node would look up again for every file. */
const createNew = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL;

/**
 * The thread's whole program. A text, since a module ships as one file and a thread wants one of its own or this; plain
 * calls that block, since nothing else goes on there.
 */
const threadProgram = `
const { closeSync, openSync, writeSync } = require('node:fs');
const { parentPort } = require('node:worker_threads');
parentPort.on('message', ({ bytes, places, ends }) => {
  let at = 0;
  let failure;
  try {
    for (let index = 0; index < places.length; index++) {
      const descriptor = openSync(places[index], ${createNew}, 0o644);
      try {
        while (at < ends[index]) at += writeSync(descriptor, bytes, at, ends[index] - at);
      } finally {
        closeSync(descriptor);
      }
    }
  } catch (error) {
    failure = { code: error.code, message: error.message };
  }
  parentPort.postMessage({ bytes, failure }, [bytes.buffer]);
});
`;

/** Creates a writer for one archive. */
export function createSmallFiles(): SmallFiles {
  /** Buffers that came back: a new one's pages would all have to be found and zeroed by the kernel. */
  const spare: Uint8Array<ArrayBuffer>[] = [];
  let batch = emptyBatch(new Uint8Array(batchBytes));
  let filled = 0;
  let files = 0;
  let withThread = 0;
  let thread: Worker | undefined;
  let alone = availableParallelism() === 1;
  let failure: Error | undefined;
  let wake = (): void => undefined;

  const check = (): void => {
    if (failure !== undefined) throw failure;
  };
  const startThread = (): Worker => {
    // Without this process's flags: a loader of TypeScript would be loaded there again.
    const started = new Worker(threadProgram, {
      eval: true,
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: 2 },
    });
    started.on('message', (answer: Answer) => {
      withThread--;
      spare.push(answer.bytes);
      if (answer.failure !== undefined)
        failure ??= Object.assign(new Error(answer.failure.message), { code: answer.failure.code });
      wake();
    });
    started.on('error', (error) => (failure ??= error));
    // After an error too; after terminate() nothing is under way any more.
    started.on('exit', () => {
      if (thread !== started) return;
      if (withThread > 0) failure ??= new Error('the thread that writes small files ended');
      withThread = 0;
      wake();
    });
    return started;
  };
  const pass = (): void => {
    if (files >= threadFromFiles && !alone && thread === undefined) {
      try {
        thread = startThread();
      } catch {
        // No thread is to be had, by a limit of the container for one.
        alone = true;
      }
    }
    if (thread === undefined || withThread >= maxWithThread) {
      writeBatch(batch);
      batch = emptyBatch(batch.bytes);
    } else {
      withThread++;
      thread.postMessage(batch, [batch.bytes.buffer]);
      batch = emptyBatch(spare.pop() ?? new Uint8Array(batchBytes));
    }
    filled = 0;
  };
  const threadEnds = async (): Promise<void> => {
    while (withThread > 0) await new Promise<void>((resolve) => (wake = resolve));
    // It has nothing left to do; when it is gone does not matter.
    void thread?.terminate();
    thread = undefined;
  };

  return {
    add(place, chunks) {
      check();
      const sizeBytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
      if (filled + sizeBytes > batchBytes && filled > 0) pass();
      for (const chunk of chunks) {
        batch.bytes.set(chunk, filled);
        filled += chunk.length;
      }
      batch.places.push(place);
      batch.ends.push(filled);
      files++;
      if (batch.places.length >= maxPlaces) pass();
    },
    async done() {
      check();
      if (batch.places.length > 0) pass();
      await threadEnds();
      check();
    },
    async abandon() {
      await threadEnds();
    },
  };
}

function emptyBatch(bytes: Uint8Array<ArrayBuffer>): Batch {
  return { bytes, places: [], ends: [] };
}

function writeBatch({ bytes, places, ends }: Batch): void {
  let at = 0;
  places.forEach((place, index) => {
    const end = ends[index] ?? at;
    const descriptor = openSync(place, createNew, 0o644);
    try {
      while (at < end) at += writeSync(descriptor, bytes, at, end - at);
    } finally {
      closeSync(descriptor);
    }
  });
}
