import { open, stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import type { VolumeLayout } from '../../volume/layout.ts';

/** What test5 made of an engine that it was given; `silent` where it said nothing. */
export type ModelUpdate = 'ok' | 'failed' | 'refused' | 'silent';

const everyMs = 100;
/** test5's words (deepstream_test5_app_main.c:1430, 1517, 1654 of DeepStream 9.1). */
const status = 'Model Update Status: Updated model : ';
const refusals = ['Error: ota_handler_thread:', 'Invalid New Model Update Request'];

/** The end of the app's output at one moment: what is written after it can be told from what was there. */
export class OutputMark {
  readonly #path: string;
  /** Undefined where there was no file. */
  readonly #at: { readonly inode: number; readonly size: number } | undefined;

  private constructor(path: string, at: { readonly inode: number; readonly size: number } | undefined) {
    this.#path = path;
    this.#at = at;
  }

  static async set({ appOutput }: VolumeLayout): Promise<OutputMark> {
    const found = await stat(appOutput).catch(() => undefined);
    return new OutputMark(appOutput, found && { inode: found.ino, size: found.size });
  }

  /** Whole lines since then. */
  async lines(): Promise<readonly string[]> {
    const now = await stat(this.#path).catch(() => undefined);
    const from = this.#at?.size ?? 0;
    const moved = this.#at !== undefined && now?.ino !== this.#at.inode;
    const text = moved
      ? (await readFrom(`${this.#path}.1`, from)) + (await readFrom(this.#path, 0))
      : await readFrom(this.#path, from);
    return text.split('\n').slice(0, -1);
  }
}

/** Waits for test5's answer to an engine that it was given after the mark. Rejects with the signal's reason. */
export async function awaitModelUpdate(
  mark: OutputMark,
  engine: string,
  { withinMs, signal }: { readonly withinMs: number; readonly signal: AbortSignal },
): Promise<ModelUpdate> {
  for (let leftMs = withinMs; ; leftMs -= everyMs) {
    const lines = await mark.lines();
    const answer = lines.find((line) => line.startsWith(`${status}${engine},`));
    if (answer !== undefined) return /result: ok\s*$/.test(answer) ? 'ok' : 'failed';
    if (lines.some((line) => refusals.some((refusal) => line.startsWith(refusal)))) return 'refused';
    if (leftMs <= 0) return 'silent';
    await setTimeout(everyMs, undefined, { signal });
  }
}

async function readFrom(path: string, from: number): Promise<string> {
  const handle = await open(path).catch(() => undefined);
  if (handle === undefined) return '';
  try {
    const { size } = await handle.stat();
    if (size <= from) return '';
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(size - from), 0, size - from, from);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await handle.close();
  }
}
