import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redeliveryDelayMs, stepDelivery, type DeliveryInput, type DeliveryState } from './delivery.ts';

describe('the pause before a message is repeated', () => {
  test('doubles from one second to one minute', () => {
    expect([1, 2, 3, 6, 7, 50].map(redeliveryDelayMs)).toEqual([1000, 2000, 4000, 32_000, 60_000, 60_000]);
  });
});

const inputs: readonly DeliveryInput[] = ['linked', 'unlinked', 'offered', 'acknowledged', 'timed-out', 'waited'];

test('whatever happens in whatever order, messages are sent one at a time, in order, and none is let go unacknowledged', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...inputs), { maxLength: 60 }), (history) => {
      let state: DeliveryState = { kind: 'unlinked', attempt: 0 };
      let next = 0;
      let offered = 0;
      let held: number | undefined;
      for (const input of history) {
        if (input === 'offered') offered += 1;
        const before = state;
        const [after, effects] = stepDelivery(state, input, { held: held !== undefined, waiting: next < offered });
        state = after;
        for (const effect of effects) {
          if (effect.kind === 'settle') {
            expect(input).toBe('acknowledged');
            expect(held).toBeDefined();
            held = undefined;
          }
          if (effect.kind === 'send') {
            // Only while linked, and never beside another one.
            expect(state.kind).toBe('in-flight');
            if (held === undefined) held = next++;
            else expect(before.kind).not.toBe('in-flight');
          }
        }
        if (state.kind === 'idle') expect(held === undefined && next === offered).toBe(true);
        if (state.kind === 'in-flight' || state.kind === 'backing-off') expect(held).toBeDefined();
      }
    }),
  );
});
