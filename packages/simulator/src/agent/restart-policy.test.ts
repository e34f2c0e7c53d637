import fc from 'fast-check';
import type { RestartPolicy } from '@companion/deployment';
import { describe, expect, test } from 'vitest';

import { edgeAgentBackoffUnitMs, backoffMs, step } from './restart-policy.ts';
import type { LifeEffect, LifeInput, LifeState, RestartRule } from './restart-policy.ts';

const rule = (policy: RestartPolicy): RestartRule => ({ policy, backoffUnitMs: edgeAgentBackoffUnitMs });
const idle: LifeState = { kind: 'idle', restarts: 0 };

/** Feeds inputs with their times and gives the last state with all effects. */
function live(policy: RestartPolicy, inputs: readonly (readonly [number, LifeInput])[]): [LifeState, LifeEffect[]] {
  let state = idle;
  const all: LifeEffect[] = [];
  for (const [nowMs, input] of inputs) {
    const [next, effects] = step(state, input, nowMs, rule(policy));
    state = next;
    all.push(...effects);
  }
  return [state, all];
}

describe('back-off', () => {
  test('is 10 s, doubles with each restart and stops growing at 300 s', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 19].map((restarts) => backoffMs(restarts, edgeAgentBackoffUnitMs) / 1000)).toEqual([
      10, 20, 40, 80, 160, 300, 300, 300,
    ]);
  });

  test('a module that always crashes is restarted 20 times and then failed', () => {
    let state: LifeState = step(idle, { kind: 'start' }, 0, rule('always'))[0];
    let nowMs = 0;
    const pauses: number[] = [];
    while (state.kind === 'running' && pauses.length < 100) {
      const [down] = step(state, { kind: 'exited', clean: false }, (nowMs += 1000), rule('always'));
      state = down;
      if (down.kind !== 'backoff') break;
      pauses.push(down.untilMs - nowMs);
      nowMs = down.untilMs;
      [state] = step(down, { kind: 'timer' }, nowMs, rule('always'));
    }
    expect(pauses).toHaveLength(20);
    expect(state).toEqual({ kind: 'failed', restarts: 20 });
  });

  test('ten healthy minutes forget the restarts, whether the timer told or only the clock', () => {
    const crashedOnce = [
      [0, { kind: 'start' }],
      [1, { kind: 'exited', clean: false }],
      [10_001, { kind: 'timer' }],
    ] as const;
    expect(live('always', crashedOnce)[0]).toMatchObject({ kind: 'running', restarts: 1 });
    expect(live('always', [...crashedOnce, [610_001, { kind: 'timer' }]])[0]).toMatchObject({ restarts: 0 });
    const [state, effects] = live('always', [...crashedOnce, [610_001, { kind: 'exited', clean: false }]]);
    expect(state).toMatchObject({ kind: 'backoff', restarts: 0 });
    expect(effects.at(-1)).toEqual({ kind: 'wait', delayMs: 10_000 });
  });
});

describe('policies', () => {
  test.each([
    ['always', true, 'backoff'],
    ['always', false, 'backoff'],
    ['on-failure', true, 'ended'],
    ['on-failure', false, 'backoff'],
    ['on-unhealthy', true, 'ended'],
    ['on-unhealthy', false, 'backoff'],
    ['never', true, 'ended'],
    ['never', false, 'ended'],
  ] as const)('%s, exit clean %s: %s', (policy, clean, kind) => {
    expect(
      live(policy, [
        [0, { kind: 'start' }],
        [5, { kind: 'exited', clean }],
      ])[0].kind,
    ).toBe(kind);
  });
});

describe('by hand', () => {
  test('stop ends a running module and calls off the restart of one in back-off', () => {
    const [stopping, effects] = live('always', [
      [0, { kind: 'start' }],
      [5, { kind: 'stop' }],
    ]);
    expect(stopping.kind).toBe('stopping');
    expect(effects).toContainEqual({ kind: 'terminate' });
    expect(step(stopping, { kind: 'exited', clean: false }, 6, rule('always'))).toEqual([idle, []]);
    const [state, calledOff] = live('always', [
      [0, { kind: 'start' }],
      [5, { kind: 'exited', clean: false }],
      [6, { kind: 'stop' }],
    ]);
    expect(state).toEqual(idle);
    expect(calledOff.at(-1)).toEqual({ kind: 'unwait' });
  });

  test('restart ends the process, starts it at once and counts from zero', () => {
    const [state, effects] = live('never', [
      [0, { kind: 'start' }],
      [5, { kind: 'restart' }],
      [6, { kind: 'exited', clean: true }],
    ]);
    expect(state).toEqual({ kind: 'running', restarts: 0, sinceMs: 6 });
    expect(effects.map(({ kind }) => kind)).toEqual(['spawn', 'wait', 'terminate', 'unwait', 'spawn', 'wait']);
  });
});

test('whatever happens, no second process is started while one lives, and none is ended that does not', () => {
  const input = fc.constantFrom<LifeInput>(
    { kind: 'start' },
    { kind: 'stop' },
    { kind: 'restart' },
    { kind: 'timer' },
    { kind: 'exited', clean: true },
    { kind: 'exited', clean: false },
  );
  const policy = fc.constantFrom<RestartPolicy>('always', 'on-failure', 'on-unhealthy', 'never');
  fc.assert(
    fc.property(policy, fc.array(fc.tuple(fc.nat(700_000), input), { maxLength: 60 }), (name, inputs) => {
      let state: LifeState = { ...idle };
      let nowMs = 0;
      let alive = false;
      let timer = false;
      for (const [elapsedMs, next] of inputs) {
        // The world only sends what can happen: an exit of what lives, a timer that was asked for.
        if (next.kind === 'exited' && !alive) continue;
        if (next.kind === 'timer' && !timer) continue;
        if (next.kind === 'exited') alive = false;
        if (next.kind === 'timer') timer = false;
        nowMs += elapsedMs;
        const [after, effects] = step(state, next, nowMs, rule(name));
        state = after;
        for (const effect of effects) {
          if (effect.kind === 'spawn') {
            expect(alive).toBe(false);
            alive = true;
          } else if (effect.kind === 'terminate') expect(alive).toBe(true);
          else timer = effect.kind === 'wait';
        }
        expect(alive).toBe(state.kind === 'running' || state.kind === 'stopping');
        if (state.kind === 'backoff') expect(timer).toBe(true);
        expect(state.restarts).toBeLessThanOrEqual(20);
      }
    }),
  );
});
