import { parseJson, wellFormedJson, type JsonValue } from '@companion/foundation';
import { stepSchema, type Entry } from './entry.ts';

/** What the records of a journal come to. */
export interface Remembered {
  /** What waits, in order. */
  readonly entries: readonly Entry[];
  /** The highest sequence number that was ever used; 0 for none. */
  readonly lastSeq: number;
  readonly checkpoint: JsonValue | undefined;
  /** Records that are none of this version's. */
  readonly foreign: number;
}

/**
 * Plays the records of a journal, segment by segment. One that a crash left undeleted says again what the one behind it
 * says: harmless. What is gone stays gone within a segment, also where a damaged disk shows a part of it twice; beyond it,
 * versions up to 0.1 used numbers again.
 */
export function recall(segments: readonly { readonly records: readonly string[] }[]): Remembered {
  const entries = new Map<number, Entry>();
  let [lastSeq, foreign] = [0, 0];
  let checkpoint: JsonValue | undefined;
  for (const { records } of segments) {
    const goneHere = new Set<number>();
    for (const record of records) {
      // Versions up to 0.1 took names with half a character, which no topic can hold.
      const step = stepSchema.safeParse(wellFormedJson((parseJson(record) ?? null) as JsonValue));
      if (!step.success) {
        foreign++;
        continue;
      }
      const { put = [], gone = [] } = step.data;
      for (const entry of put) {
        lastSeq = Math.max(lastSeq, entry.seq);
        if (!goneHere.has(entry.seq)) entries.set(entry.seq, entry);
      }
      for (const seq of gone) {
        lastSeq = Math.max(lastSeq, seq);
        goneHere.add(seq);
        entries.delete(seq);
      }
      if (step.data.checkpoint !== undefined) checkpoint = step.data.checkpoint;
    }
  }
  return { entries: [...entries.values()].sort((a, b) => a.seq - b.seq), lastSeq, checkpoint, foreign };
}
