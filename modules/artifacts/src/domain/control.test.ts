import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  initialControl,
  keptReleases,
  maxStarts,
  rejectionOf,
  stepControl,
  targetOf,
  type Control,
  type ControlInput,
} from './control.ts';

const activate = (release: string): ControlInput => ({ type: 'activate', release });
const told: ControlInput = { type: 'told' };
const healthy: ControlInput = { type: 'healthy' };
const gaveUp: ControlInput = { type: 'gave-up', code: 'UNHEALTHY', message: 'it crashes' };
const rollback: ControlInput = { type: 'rollback' };
const started = (current?: string): ControlInput => ({ type: 'started', current });

function after(...inputs: readonly ControlInput[]): Control {
  return inputs.reduce(stepControl, initialControl);
}
const onA = [activate('a'), told, healthy] as const;

describe('the control of releases', () => {
  test('makes a release active only once it is healthy', () => {
    expect(after(activate('a'), told)).toMatchObject({
      active: undefined,
      activation: { phase: 'trying', told: true },
    });
    expect(after(...onA)).toMatchObject({ active: 'a', activation: { phase: 'steady' } });
  });

  test('goes back to the proven release, remembers the bad one, and does not try it again', () => {
    const back = after(...onA, activate('b'), told, gaveUp);
    expect(back.activation).toEqual({ phase: 'returning', release: 'a', told: false, failed: 'b' });
    expect(rejectionOf(back, 'b')).toEqual({ id: 'b', code: 'UNHEALTHY', message: 'it crashes' });
    expect(stepControl(back, activate('b'))).toBe(back);
    expect(targetOf(stepControl(stepControl(back, healthy), activate('c')))).toBe('c');
  });

  test('stops where it is when the proven release fails too, and recovers when it lives after all', () => {
    const stuck = after(...onA, activate('b'), told, gaveUp, told, gaveUp);
    expect(stuck.activation).toEqual({ phase: 'stuck', release: 'a', told: true, failed: 'b' });
    expect(stepControl(stuck, gaveUp)).toBe(stuck);
    expect(stepControl(stuck, healthy).activation).toEqual({ phase: 'steady' });
  });

  test('never goes back to a release that was not proven', () => {
    expect(after(activate('a'), told, gaveUp).activation).toMatchObject({ phase: 'stuck', release: 'a' });
    expect(targetOf(after(...onA, activate('b'), told, activate('c'), gaveUp))).toBe('a');
  });

  test('gives up a release that keeps taking the device down', () => {
    const starts = Array.from({ length: maxStarts }, () => started('b'));
    expect(targetOf(after(...onA, activate('b'), ...starts))).toBe('b');
    const back = after(...onA, activate('b'), ...starts, started('b'));
    expect(back.activation.phase).toBe('returning');
    expect(rejectionOf(back, 'b')?.code).toBe('RESTARTED_TOO_OFTEN');
  });

  test('adopts what is current on a volume without a state', () => {
    expect(after(started('x')).activation).toMatchObject({ phase: 'trying', release: 'x', told: true });
    expect(after(started())).toBe(initialControl);
  });

  test('follows the operator back one release, once', () => {
    const back = after(...onA, activate('b'), told, healthy, rollback);
    expect(back).toMatchObject({ active: 'a', previous: undefined, activation: { phase: 'returning', release: 'a' } });
    expect(rejectionOf(back, 'b')?.code).toBe('ROLLED_BACK');
    const steady = stepControl(back, healthy);
    expect(stepControl(steady, rollback)).toBe(steady);
  });

  test('forgives a rejected release', () => {
    const back = after(...onA, activate('b'), gaveUp, { type: 'forgive', release: 'b' }, activate('b'));
    expect(targetOf(back)).toBe('b');
  });

  const ids = fc.constantFrom('a', 'b', 'c');
  const inputs = fc.oneof(
    ids.map(activate),
    fc.constantFrom(told, healthy, gaveUp, rollback),
    fc.option(ids, { nil: undefined }).map(started),
    ids.map((release): ControlInput => ({ type: 'forgive', release })),
    ids.map((id): ControlInput => ({ type: 'reject', rejection: { id, code: 'CONFIG_INVALID', message: '' } })),
  );

  test('keeps its invariants through any sequence', () => {
    fc.assert(
      fc.property(fc.array(inputs, { maxLength: 60 }), (sequence) => {
        const proven = new Set<string>();
        let control = initialControl;
        for (const input of sequence) {
          const before = control;
          control = stepControl(control, input);
          const target = targetOf(before);
          if (input.type === 'healthy' && target !== undefined) proven.add(target);
          for (const id of [control.active, control.previous]) if (id !== undefined) expect(proven).toContain(id);
          if (control.activation.phase === 'returning') expect(proven).toContain(control.activation.release);
          if (input.type === 'activate' && rejectionOf(before, input.release)) expect(control).toBe(before);
          if (targetOf(control) !== undefined) expect(keptReleases(control)).toContain(targetOf(control));
          if (control.activation.phase === 'steady') expect(control.active).toBeDefined();
        }
        const one = stepControl(control, gaveUp);
        const two = stepControl(one, gaveUp);
        expect(stepControl(two, gaveUp)).toBe(two);
      }),
      { numRuns: 1000 },
    );
  });
});
