import type { MethodResult } from '@companion/edge';
import type { JsonObject, JsonValue } from '@companion/foundation';
import * as z from 'zod';
import { inPlainWords, mistakesOf, reportedMistake } from '@companion/occupancy';

/** What the direct methods do. */
export interface MethodActions {
  stats(): JsonObject;
  /** Sends the state of every zone on output `snapshots`; returns how many messages that took. */
  snapshot(): number;
  /** Forgets the state of these zones, or of all; returns the names that there are no zones of, and then has done nothing. */
  reset(zones: readonly string[] | undefined): readonly string[];
}

/** A direct method. */
export type Method = (payload: JsonValue) => MethodResult;

const nothing = z.strictObject({});
const zoneNames = z.strictObject({ zones: z.array(z.string().min(1).max(128)).min(1).max(1_000).optional() });
/** An answer must stay far below 128 KiB. */
const maxListed = 30;

/**
 * The module's direct methods by name; each answers 200, or 4xx with `{ error: { code, message } }`: 400 PAYLOAD_INVALID
 * with the `places` that are wrong, 404 NO_SUCH_ZONE with the `zones` that there are not.
 */
export function createMethods(actions: MethodActions): Readonly<Record<'stats' | 'snapshot' | 'reset', Method>> {
  return {
    stats: method(nothing, () => done(actions.stats())),
    snapshot: method(nothing, () => done({ messages: actions.snapshot() })),
    reset: method(zoneNames, ({ zones }) => {
      const missing = actions.reset(zones);
      if (missing.length === 0) return done({ reset: zones?.length ?? 'all' });
      const message = 'nothing was reset: there are no zones of these names';
      return refused(404, { code: 'NO_SUCH_ZONE', message, zones: missing.slice(0, maxListed) });
    }),
  };
}

/** For "no payload" callers send nothing, null, an empty text or an empty object. */
function method<S extends z.ZodType>(schema: S, handle: (payload: z.output<S>) => MethodResult): Method {
  return (payload) => {
    const parsed = schema.safeParse(payload === null || payload === '' ? {} : payload, inPlainWords);
    if (parsed.success) return handle(parsed.data);
    const places = mistakesOf(parsed.error)
      .slice(0, maxListed)
      .map(reportedMistake)
      .map(({ field, problem }) => ({ path: field, message: problem }));
    const message = 'the payload is not as this method needs it';
    return refused(400, { code: 'PAYLOAD_INVALID', message, places });
  };
}

function done(payload: JsonObject): MethodResult {
  return { status: 200, payload };
}

function refused(status: number, error: JsonObject): MethodResult {
  return { status, payload: { error } };
}
