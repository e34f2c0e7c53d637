/**
 * How edgeHub hands messages to one module: one unacknowledged message at a time across all inputs, in order.
 *
 * States: `unlinked` (the module is not connected or listens to no input), `idle` (linked, nothing waits), `in-flight`
 * (one message is with the module), `backing-off` (it did not acknowledge in time; the same message goes again).
 * `attempt` counts how often the held message was sent; 0 while none is held.
 *
 * | state       | linked     | unlinked | offered   | acknowledged       | timed-out   | waited     |
 * |-------------|------------|----------|-----------|--------------------|-------------|------------|
 * | unlinked    | in-flight¹ |          |           |                    |             |            |
 * | idle        |            | unlinked | in-flight |                    |             |            |
 * | in-flight   |            | unlinked |           | in-flight² or idle | backing-off |            |
 * | backing-off |            | unlinked |           | in-flight² or idle |             | in-flight¹ |
 *
 * ¹ or idle where nothing is left, because the time to live ran out; ² the next message.
 * Invariant: no message overtakes the held one, and only an acknowledgement or its time to live lets go of it.
 */
export type DeliveryState =
  | { readonly kind: 'unlinked'; readonly attempt: number }
  | { readonly kind: 'idle' }
  | { readonly kind: 'in-flight'; readonly attempt: number }
  | { readonly kind: 'backing-off'; readonly attempt: number };

/** What happened. */
export type DeliveryInput = 'linked' | 'unlinked' | 'offered' | 'acknowledged' | 'timed-out' | 'waited';

/** What is to be done, in this order. `send` takes the held message, or the next one where none is held. */
export type DeliveryEffect =
  | { readonly kind: 'stop-timer' }
  | { readonly kind: 'settle' }
  | { readonly kind: 'send'; readonly attempt: number }
  | { readonly kind: 'wait'; readonly delayMs: number };

/** What the queue holds, after the expired messages were taken out. */
export interface DeliveryContext {
  /** A message was sent and is not acknowledged. */
  readonly held: boolean;
  /** Further messages wait behind it. */
  readonly waiting: boolean;
}

/** The one step of the machine. */
export function stepDelivery(
  state: DeliveryState,
  input: DeliveryInput,
  context: DeliveryContext,
): readonly [DeliveryState, readonly DeliveryEffect[]] {
  switch (input) {
    case 'linked':
      return state.kind === 'unlinked' ? sendOrRest(state.attempt, context) : [state, []];
    case 'unlinked':
      if (state.kind === 'unlinked') return [state, []];
      return [{ kind: 'unlinked', attempt: state.kind === 'idle' ? 0 : state.attempt }, [{ kind: 'stop-timer' }]];
    case 'offered':
      return state.kind === 'idle' ? sendOrRest(0, context) : [state, []];
    case 'acknowledged': {
      // A late acknowledgement of a message that is about to go again counts too.
      if (state.kind !== 'in-flight' && state.kind !== 'backing-off') return [state, []];
      const [next, effects] = sendOrRest(0, { held: false, waiting: context.waiting });
      return [next, [{ kind: 'stop-timer' }, { kind: 'settle' }, ...effects]];
    }
    case 'timed-out':
      if (state.kind !== 'in-flight') return [state, []];
      return [
        { kind: 'backing-off', attempt: state.attempt },
        [{ kind: 'wait', delayMs: redeliveryDelayMs(state.attempt) }],
      ];
    case 'waited':
      return state.kind === 'backing-off' ? sendOrRest(state.attempt, context) : [state, []];
  }
}

function sendOrRest(attempt: number, context: DeliveryContext): readonly [DeliveryState, readonly DeliveryEffect[]] {
  if (!context.held && !context.waiting) return [{ kind: 'idle' }, []];
  const next = (context.held ? attempt : 0) + 1;
  return [{ kind: 'in-flight', attempt: next }, [{ kind: 'send', attempt: next }]];
}

/** The pause after the `attempt`-th send went unacknowledged: 1 s, doubling to 60 s. */
export function redeliveryDelayMs(attempt: number): number {
  return Math.min(1000 * 2 ** (attempt - 1), 60_000);
}
