import * as z from 'zod';

/** What an entry is: a snapshot can be made anew, an event can't. */
export type EntryKind = 'event' | 'snapshot';

const entrySchema = z.strictObject({
  seq: z.int().positive(),
  kind: z.enum(['event', 'snapshot']),
  output: z.string(),
  message: z.strictObject({
    body: z.string(),
    properties: z.record(z.string(), z.string()).optional(),
    contentType: z.string().optional(),
    contentEncoding: z.string().optional(),
    messageId: z.string().optional(),
  }),
});

/** One step of the journal: all of it is on the disk, or nothing. Applied in this order: put, gone. */
export const stepSchema = z.strictObject({
  version: z.literal(1),
  put: z.array(entrySchema).optional(),
  /** Sequence numbers that the hub has acknowledged, or that were dropped. */
  gone: z.array(z.int().positive()).optional(),
  /** Replaces the earlier one; belongs to the entries put with it. */
  checkpoint: z.json().optional(),
});

/** A message that waits; `seq` grows over restarts and gives the order. */
export type Entry = z.infer<typeof entrySchema>;

/** A step of the journal. */
export type Step = z.infer<typeof stepSchema>;

/** What an entry costs of the outbox's bytes: its body and a share for the rest. */
export function entryBytes({ message }: Entry): number {
  return Buffer.byteLength(message.body) + 256;
}
