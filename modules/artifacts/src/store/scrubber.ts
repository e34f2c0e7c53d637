import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Log } from '@companion/edge';
import { delay, isJsonObject, parseJson, sleep, type Clock } from '@companion/foundation';
import { failPoint } from '../core/fail-point.ts';
import { replaceFileDurably } from '../volume/durable.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { checkTree, type Damage } from './damage.ts';
import { listEntries, type Entry } from './entries.ts';
import { readManifest, writeManifest, type ManifestFile } from './manifest.ts';

interface ScrubberOptions {
  readonly layout: VolumeLayout;
  readonly clock: Clock;
  readonly log: Log;
  /** Bytes that may be read a second; 0 is off. */
  readonly bytesPerSec: () => number;
  /** Damaged content was found and is marked: whoever needs it has to fetch it again. */
  readonly onDamage: () => void;
}

/** What `verify` answers. */
export interface Verified {
  readonly checkedFiles: number;
  readonly checkedBytes: number;
  readonly damage: readonly Damage[];
  /** False where it goes on in the background; what it finds by then is mended and reported. */
  readonly finished: boolean;
}

/** Reading all of the store again sooner than this would find little. */
const roundMs = 24 * 3600 * 1000;
const lookMs = 60_000;
/** An answer to a direct method may take 30 s. */
const answerWithinMs = 15_000;
const maxDamage = 20;

/**
 * Reads the store again and compares it with the digests that were taken while it was unpacked: slowly all the time, or
 * at once. Where the slow one stands is kept beside the manifests, so that restarts don't make it begin again and again.
 */
export class Scrubber {
  readonly #options: ScrubberOptions;
  readonly #ending = new AbortController();
  #slow: Promise<void> = Promise.resolve();
  #verifying: { readonly done: Promise<void>; readonly progress: Progress } | undefined;

  constructor(options: ScrubberOptions) {
    this.#options = options;
  }

  start(): void {
    this.#slow = this.#scrub().catch((error: unknown) => {
      if (!this.#ending.signal.aborted)
        this.#options.log.warn({ err: error }, 'the scrub has ended; the next start goes on');
    });
  }

  async stop(): Promise<void> {
    this.#ending.abort();
    await this.#slow;
    await this.#verifying?.done;
  }

  /** Reads everything at once, and answers in bounded time with what is known by then. */
  async verify(): Promise<Verified> {
    const { clock } = this.#options;
    this.#verifying ??= this.#beginVerify();
    const { done, progress } = this.#verifying;
    const waiting = new AbortController();
    await Promise.race([done, sleep(clock, answerWithinMs, waiting.signal)]);
    waiting.abort();
    const { files, bytes, damage, finished } = progress;
    return { checkedFiles: files, checkedBytes: bytes, damage: damage.slice(0, maxDamage), finished };
  }

  #beginVerify(): { readonly done: Promise<void>; readonly progress: Progress } {
    const progress: Progress = { files: 0, bytes: 0, damage: [], finished: false };
    const work = async (): Promise<void> => {
      for (const entry of await listEntries(this.#options.layout)) {
        for (const file of entry.manifest?.files ?? []) {
          const damage = await this.#check(entry, file, () => Promise.resolve());
          progress.files += 1;
          progress.bytes += file.sizeBytes;
          progress.damage.push(...damage);
        }
      }
      progress.finished = true;
    };
    const done = work()
      .catch((error: unknown) => {
        if (!this.#ending.signal.aborted) this.#options.log.warn({ err: error }, 'the store could not be verified');
      })
      .finally(() => {
        this.#verifying = undefined;
        if (progress.damage.length > 0) this.#options.onDamage();
      });
    return { done, progress };
  }

  async #scrub(): Promise<void> {
    const { clock } = this.#options;
    const { signal } = this.#ending;
    // What was done before this start counts by the time of day; a clock that was set makes a round early, or once.
    const { doneMs } = await this.#position();
    const agoMs = clock.now() - doneMs;
    let dueMs = clock.monotonicMs() + (agoMs >= 0 && agoMs < roundMs ? roundMs - agoMs : 0);
    for (;;) {
      if (clock.monotonicMs() >= dueMs && this.#options.bytesPerSec() > 0) {
        dueMs = clock.monotonicMs() + roundMs;
        await this.#round();
      }
      await delay(clock, lookMs, signal);
    }
  }

  /** Every file once, from where the last round was cut. */
  async #round(): Promise<void> {
    const { layout } = this.#options;
    const { after } = await this.#position();
    const entries = (await listEntries(layout)).toSorted((a, b) => (a.name < b.name ? -1 : 1));
    for (const entry of entries) {
      for (const file of (entry.manifest?.files ?? []).toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
        const place = `${entry.name}/${file.path}`;
        if (place <= after) continue;
        const damage = await this.#check(entry, file, (bytes) => this.#pace(bytes));
        if (damage.length > 0) this.#options.onDamage();
        await this.#keep(place);
      }
    }
    await this.#keep('');
  }

  /** Waits as long as the bytes take at the rate of this moment; switched off, until it is on again. */
  async #pace(bytes: number): Promise<void> {
    const { clock, bytesPerSec } = this.#options;
    const { signal } = this.#ending;
    while (bytesPerSec() === 0) await delay(clock, lookMs, signal);
    await delay(clock, (1000 * bytes) / bytesPerSec(), signal);
  }

  async #check(entry: Entry, file: ManifestFile, pace: (bytes: number) => Promise<void>): Promise<readonly Damage[]> {
    const { layout, log } = this.#options;
    const { name, path: directory } = entry;
    const { signal } = this.#ending;
    // What was collected or marked meanwhile is nobody's any more.
    const known = await readManifest(layout, name);
    if (known === undefined || known.damaged) return [];
    const manifest = { ...known, files: [file] };
    const checked = await checkTree({ name, directory, manifest, deep: true, signal, pace });
    const still = await readManifest(layout, name);
    if (still === undefined) return [];
    if (checked.damage.length > 0) {
      log.warn({ damage: checked.damage }, 'damaged content was found in the store');
      await writeManifest(layout, name, { ...still, damaged: true });
      failPoint('entry-marked');
    } else if (checked.manifest !== manifest) {
      const [read = file] = checked.manifest.files;
      const files = still.files.map((one) => (one.path === read.path ? read : one));
      await writeManifest(layout, name, { ...still, files });
    }
    return checked.damage;
  }

  /** The last file of a round that was cut; of one that is done, when that was. */
  async #position(): Promise<{ readonly after: string; readonly doneMs: number }> {
    const value = parseJson(await readFile(this.#file, 'utf8').catch(() => ''));
    const { after, doneMs } = isJsonObject(value) ? value : {};
    return { after: typeof after === 'string' ? after : '', doneMs: typeof doneMs === 'number' ? doneMs : 0 };
  }

  #keep(after: string): Promise<void> {
    const position = after === '' ? { after, doneMs: this.#options.clock.now() } : { after };
    return replaceFileDurably(this.#file, `${JSON.stringify(position)}\n`);
  }

  get #file(): string {
    return join(this.#options.layout.manifests, 'scrub.json');
  }
}

/** Grows while everything is read. */
interface Progress {
  files: number;
  bytes: number;
  readonly damage: Damage[];
  finished: boolean;
}
