import { parseJson, wellFormedJson, type JsonValue } from '@companion/foundation';
import { stepSchema, type Entry } from './entry.ts';

/** What the records of a journal come to. */
export interface Remembered {
  /** What waits, in order. */
  readonly entries: readonly Entry[];
  readonly checkpoint: JsonValue | undefined;
  /** Records that are none of this version's. */
  readonly foreign: number;
}

/** Plays the records of a journal. A segment that a crash left undeleted says again what the one behind it says: harmless. */
export function recall(records: readonly string[]): Remembered {
  const entries = new Map<number, Entry>();
  let checkpoint: JsonValue | undefined;
  let foreign = 0;
  for (const record of records) {
    // Versions up to 0.1 took names with half a character, which no topic can hold.
    const step = stepSchema.safeParse(wellFormedJson((parseJson(record) ?? null) as JsonValue));
    if (!step.success) {
      foreign++;
      continue;
    }
    for (const entry of step.data.put ?? []) entries.set(entry.seq, entry);
    for (const seq of step.data.gone ?? []) entries.delete(seq);
    if (step.data.checkpoint !== undefined) checkpoint = step.data.checkpoint;
  }
  return { entries: [...entries.values()].sort((a, b) => a.seq - b.seq), checkpoint, foreign };
}
