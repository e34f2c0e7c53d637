import type { JsonValue, MethodResult } from '@companion/edge';
import { z } from 'zod';

/** No payload, or an empty one. */
const nothingSchema = z.union([z.null(), z.literal(''), z.strictObject({})]);
const resetSchema = z.union([
  z.null(),
  z.literal(''),
  z.strictObject({ zones: z.array(z.string().min(1).max(128)).min(1).max(1_000).optional() }),
]);

/** What the direct methods do. */
export interface MethodActions {
  stats(): JsonValue;
  /** Sends the state of every zone on output `snapshots`; returns how many messages that took. */
  snapshot(): number;
  /** Forgets the state of these zones, or of all; returns the names that there are no zones of, and then has done nothing. */
  reset(zones: readonly string[] | undefined): readonly string[];
}

/** A direct method. */
export type Method = (payload: JsonValue) => MethodResult;

/** The module's direct methods by name. Status 400 for a payload that they don't take, 404 for zones that there are not. */
export function createMethods(actions: MethodActions): Readonly<Record<'stats' | 'snapshot' | 'reset', Method>> {
  return {
    stats: (payload) =>
      nothingSchema.safeParse(payload).success ? ok(actions.stats()) : refused('stats takes no payload'),
    snapshot: (payload) =>
      nothingSchema.safeParse(payload).success
        ? ok({ messages: actions.snapshot() })
        : refused('snapshot takes no payload'),
    reset(payload) {
      const parsed = resetSchema.safeParse(payload);
      if (!parsed.success) return refused('reset takes no payload, or {"zones": ["name", …]}');
      const zones = typeof parsed.data === 'object' ? parsed.data?.zones : undefined;
      const missing = actions.reset(zones);
      if (missing.length > 0) return { status: 404, payload: { error: 'no such zone', zones: missing.slice(0, 30) } };
      return ok({ reset: zones?.length ?? 'all' });
    },
  };
}

const ok = (payload: JsonValue): MethodResult => ({ status: 200, payload });
const refused = (error: string): MethodResult => ({ status: 400, payload: { error } });
