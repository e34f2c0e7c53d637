import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openJournal, recall } from '@companion/filter/testing';
import { ownModules, type OwnModule } from './targets.ts';
import type { World } from './world.ts';

/** A change of a spot, as it came to the hub for the first time. */
export interface SpotChange {
  readonly id: string;
  readonly zone: string;
  readonly state: string;
  readonly previous: string;
  /** When it came, in milliseconds of `performance.now()`. */
  readonly atMs: number;
}

/** How much of the machine a process had. */
export interface Sample {
  readonly module: OwnModule;
  readonly pid: number;
  readonly atMs: number;
  readonly rssBytes: number;
  readonly descriptors: number;
}

const everyMs = 250;
const pageBytes = 4_096;

/** Looks on during a storm: what reached the hub, what was ever in the outbox, and what the processes took. */
export class Witness {
  readonly changes: SpotChange[] = [];
  /** Ids with more than one body: there must be none. */
  readonly contradictions: string[] = [];
  /** Ids of events that were seen in the outbox on the disk. */
  readonly accepted = new Set<string>();
  readonly samples: Sample[] = [];
  /** All events of the hub by id, to their body. */
  readonly #bodies = new Map<string, string>();
  readonly #world: World;
  #timer: NodeJS.Timeout | undefined;
  #looking = false;

  constructor(world: World) {
    this.#world = world;
  }

  start(): void {
    this.#world.hub.upstream.subscribe(({ output, body }) => {
      if (output === 'events') this.#take(Buffer.from(body).toString());
    });
    this.#timer = setInterval(() => void this.#look(), everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  has(id: string): boolean {
    return this.#bodies.has(id);
  }

  /** What the last change of each spot says. */
  states(): ReadonlyMap<string, string> {
    return new Map(this.changes.map(({ zone, state }) => [zone, state]));
  }

  #take(text: string): void {
    const { id, type, data } = JSON.parse(text) as {
      id: string;
      type: string;
      data: { zone?: string; state?: string; previous?: string };
    };
    const known = this.#bodies.get(id);
    if (known !== undefined && known !== text) this.contradictions.push(id);
    if (known !== undefined) return;
    this.#bodies.set(id, text);
    if (!type.startsWith('parking.')) return;
    const { zone = '', state = '', previous = '' } = data;
    this.changes.push({ id, zone, state, previous, atMs: performance.now() });
  }

  async #look(): Promise<void> {
    if (this.#looking) return;
    this.#looking = true;
    try {
      for (const id of await idsInOutbox(this.#world.diskOf('filter'))) this.accepted.add(id);
      for (const module of ownModules) await this.#sample(module);
    } catch {
      // Files and processes come and go while they are looked at.
    } finally {
      this.#looking = false;
    }
  }

  async #sample(module: OwnModule): Promise<void> {
    const pid = await this.#world.pidOf(module);
    if (pid === undefined) return;
    const [, pages = '0'] = (await readFile(`/proc/${pid}/statm`, 'utf8')).split(' ');
    const descriptors = (await readdir(`/proc/${pid}/fd`)).length;
    this.samples.push({ module, pid, atMs: performance.now(), rssBytes: Number(pages) * pageBytes, descriptors });
  }
}

/** Ids of the events that wait on the disk. */
export async function idsInOutbox(disk: string): Promise<readonly string[]> {
  const { segments } = await openJournal(join(disk, 'outbox'));
  return recall(segments)
    .entries.filter(({ kind }) => kind === 'event')
    .map(({ message }) => (JSON.parse(message.body) as { id: string }).id);
}
