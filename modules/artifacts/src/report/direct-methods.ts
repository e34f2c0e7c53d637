import type { JsonObject, JsonValue } from '@companion/foundation';
import type { Hub, MethodResult } from '@companion/edge';
import * as z from 'zod';
import { targetOf } from '../domain/control.ts';
import type { ActivationAnswer, Reconciler } from '../reconcile/reconciler.ts';
import type { ShownError } from '../core/shown-error.ts';

type Handler = (payload: JsonValue) => Promise<MethodResult>;

/** Gives the hub the module's direct methods. A payload that is not as it should be is answered with 400 and the places. */
export function addMethods(hub: Pick<Hub, 'onMethod'>, options: MethodOptions): void {
  for (const [name, handler] of Object.entries(createMethods(options))) hub.onMethod(name, handler);
}

interface MethodOptions {
  readonly reconciler: Reconciler;
  /** Why nothing can be done on the volume now; undefined where it can. */
  readonly obstacle: () => ShownError | undefined;
  /** What `status` answers. */
  readonly status: () => JsonObject;
}

/** The direct methods by name; each answers 200, or 4xx with `{ error: { code, message } }`. */
export function createMethods({ reconciler, obstacle, status }: MethodOptions): Readonly<Record<string, Handler>> {
  const { releases } = reconciler;
  const onVolume = <S extends z.ZodType>(schema: S, handle: (payload: z.output<S>) => Promise<MethodResult>): Handler =>
    method(schema, async (payload) => {
      const error = obstacle();
      return error === undefined ? handle(payload) : refused(error.code, error.message);
    });
  return {
    status: method(nothing, () => Promise.resolve(done(status()))),
    refresh: onVolume(nothing, () =>
      Promise.resolve(
        reconciler.refresh() ? done({ refreshing: true }) : refused('NO_TWIN', 'no twin has arrived yet'),
      ),
    ),
    activate: onVolume(z.strictObject({ retry: z.boolean().default(false) }), async (payload) =>
      activationAnswer(await reconciler.activateNow(payload)),
    ),
    rollback: onVolume(nothing, async () => {
      if (!(await releases.put({ type: 'rollback' }))) {
        return refused('NOTHING_TO_GO_BACK_TO', 'there is no proven release before this one');
      }
      return done({ release: targetOf(releases.view.control) ?? null });
    }),
    prune: onVolume(nothing, async () => done({ freedBytes: await reconciler.prune() })),
    verify: onVolume(nothing, async () => {
      const { checkedFiles, checkedBytes, damage, finished } = await reconciler.verify();
      return done({ checkedFiles, checkedBytes, damage: damage.map((one) => ({ ...one })), finished });
    }),
    restart: onVolume(nothing, async () => {
      await releases.restart();
      return done({ restarting: true });
    }),
  };
}

/** What callers send for "no payload": nothing, null or an empty object. */
const nothing = z.strictObject({});

function method<S extends z.ZodType>(schema: S, handle: (payload: z.output<S>) => Promise<MethodResult>): Handler {
  return async (payload) => {
    const parsed = schema.safeParse(payload ?? {});
    if (parsed.success) return handle(parsed.data);
    const places = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    const message = 'the payload is not as this method needs it';
    return { status: 400, payload: { error: { code: 'PAYLOAD_INVALID', message, places } } };
  };
}

/** Says what will happen: a caller that reads `activating` may wait for it. */
function activationAnswer(answer: ActivationAnswer): MethodResult {
  switch (answer.kind) {
    case 'nothing-wanted':
      return refused('NOTHING_WANTED', 'the twin asks for no release');
    case 'rejected': {
      const { id, code, message } = answer.rejection;
      return refused('REJECTED', `release ${id} was rejected (${code}: ${message}); {"retry": true} tries it again`);
    }
    case 'current': {
      const reason = answer.proven
        ? 'it is active already'
        : 'it is current, but DeepStream is not healthy on it: see the log of its container, or call restart';
      return done({ release: answer.release, activating: false, reason });
    }
    case 'activating':
      return done({ release: answer.release, activating: true });
  }
}

function done(payload: JsonObject): MethodResult {
  return { status: 200, payload };
}

function refused(code: string, message: string): MethodResult {
  return { status: 409, payload: { error: { code, message } } };
}
