import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gremlins } from './gremlins/registry.ts';
import { planStorm } from './storm.ts';

const storms = fc.record({
  seed: fc.nat(),
  durationMs: fc.integer({ min: 0, max: 10 * 60_000 }),
});

describe('a storm', () => {
  test('is a pure function of its seed', () => {
    fc.assert(
      fc.property(storms, ({ seed, durationMs }) => {
        expect(planStorm(seed, durationMs, gremlins)).toEqual(planStorm(seed, durationMs, gremlins));
      }),
    );
  });

  test('survives a round trip through JSON, so that a plan can be kept', () => {
    fc.assert(
      fc.property(storms, ({ seed, durationMs }) => {
        const storm = planStorm(seed, durationMs, gremlins);
        expect(JSON.parse(JSON.stringify(storm))).toEqual(storm);
      }),
    );
  });

  test('has its steps in order, all over when it is, and none over another of its kind', () => {
    fc.assert(
      fc.property(storms, ({ seed, durationMs }) => {
        const { steps } = planStorm(seed, durationMs, gremlins);
        const endsMs = new Map<string, number>();
        const misplaced = steps.filter(({ atMs, forMs, gremlin }, at) => {
          const early = atMs < (steps[at - 1]?.atMs ?? 0) || atMs < (endsMs.get(gremlin) ?? 0);
          endsMs.set(gremlin, atMs + forMs);
          return early || atMs + forMs > durationMs;
        });
        expect(misplaced).toEqual([]);
      }),
    );
  });

  test('of an hour has every kind of trouble, whatever the seed', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const { steps } = planStorm(seed, 60 * 60_000, gremlins);
        expect(new Set(steps.map(({ gremlin }) => gremlin))).toEqual(new Set(gremlins.map(({ name }) => name)));
      }),
    );
  });

  test('of another seed is another one', () => {
    expect(planStorm(1, 60_000, gremlins).steps).not.toEqual(planStorm(2, 60_000, gremlins).steps);
  });
});
