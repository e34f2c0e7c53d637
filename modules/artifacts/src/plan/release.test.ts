import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseDesired, type DesiredState } from './desired.ts';
import { defineRelease } from './release.ts';
import { planSteps } from './steps.ts';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

function desired(change: Record<string, unknown> = {}, edits: Record<string, unknown> = {}): DesiredState {
  const parsed = parseDesired({
    artifacts: {
      nano: { kind: 'config', url: 'https://a.example/x/nano%208.txt?sig=secret', sha256: '1'.repeat(64), ...change },
      cars: { kind: 'stream', url: 'https://a.example/cars.tar.gz', sha256: '2'.repeat(64) },
    },
    deepstream: { config: 'configs/nano/nano_8.txt', edits },
  });
  if (parsed.kind !== 'managed') throw new Error(JSON.stringify(parsed));
  return parsed.state;
}

describe('a release', () => {
  test('has an id that depends on what it holds, and on nothing else', () => {
    const id = defineRelease(desired(), digest).id;
    expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(defineRelease(desired({ url: 'https://mirror.example/nano%208.txt', sizeBytes: 5 }), digest).id).toBe(id);
    expect(defineRelease(desired({ sha256: '3'.repeat(64) }), digest).id).not.toBe(id);
    expect(defineRelease(desired({}, { e: { group: 'tests', set: { 'file-loop': 1 } } }), digest).id).not.toBe(id);
  });

  test('names single files after their URL, made harmless and without its query', () => {
    expect(defineRelease(desired(), digest).artifacts.map((one) => one.fileName)).toEqual([
      'cars.tar.gz',
      'nano_8.txt',
    ]);
  });
});

describe('the steps of a pass', () => {
  const state = desired();
  const release = defineRelease(state, digest);
  const stored = new Set(['1'.repeat(64), '2'.repeat(64)]);

  test('on an empty volume fetch, publish, switch and confirm', () => {
    const steps = planSteps({ stored: new Set(), published: new Set(), current: undefined }, state, release);
    expect(steps.map((step) => step.do)).toEqual(['fetch', 'fetch', 'publish', 'switch', 'confirm']);
  });

  test('on a volume that is as it should be only confirm', () => {
    const steps = planSteps({ stored, published: new Set([release.id]), current: release.id }, state, release);
    expect(steps.map((step) => step.do)).toEqual(['confirm']);
  });

  test('go on from wherever a cut happened', () => {
    const steps = planSteps({ stored, published: new Set([release.id]), current: 'another' }, state, release);
    expect(steps.map((step) => step.do)).toEqual(['switch', 'confirm']);
  });

  test('fetch the same digest once', () => {
    const twice = desired({ sha256: '2'.repeat(64) });
    const steps = planSteps(
      { stored: new Set(), published: new Set(), current: undefined },
      twice,
      defineRelease(twice, digest),
    );
    expect(steps.filter((step) => step.do === 'fetch')).toHaveLength(1);
  });
});
