import { sha256 } from '@companion/foundation/node';
import { describe, expect, test } from 'vitest';
import { parseDesired, type DesiredState } from './desired.ts';
import { defineRelease } from './release.ts';
import { planPreparation, type Observed } from './steps.ts';

const digest = (text: string): string => sha256(text);

function desired(
  change: Record<string, unknown> = {},
  edits: Record<string, unknown> = {},
  sources?: readonly string[],
): DesiredState {
  const parsed = parseDesired({
    artifacts: {
      nano: { kind: 'config', url: 'https://a.example/x/nano%208.txt?sig=secret', sha256: '1'.repeat(64), ...change },
      cars: { kind: 'stream', url: 'https://a.example/cars.tar.gz', sha256: '2'.repeat(64) },
    },
    deepstream: { config: 'configs/nano/nano_8.txt', edits, sources },
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

  test('has another id for other sources or another password, and shows neither password nor query', () => {
    const of = (...uris: string[]) => defineRelease(desired({}, {}, uris), digest);
    const one = of('rtsp://u:p#@1@cam:554/live?token=x', 'file://../a.mp4');
    const ids = [of('rtsp://u:p#@2@cam:554/live?token=x', 'file://../a.mp4'), of('file://../a.mp4'), one].map(
      ({ id }) => id,
    );
    expect(new Set([...ids, defineRelease(desired(), digest).id]).size).toBe(4);
    expect(one.sources?.shown).toEqual(['rtsp://cam:554/live', 'file://../a.mp4']);
    expect(one.sources?.uris?.[0]).toContain('u:p#@1@');
  });

  test('without sources keeps the id that it had before there were any', () => {
    expect(defineRelease(desired(), digest).id).toBe('5ac649b61c8fc38d');
  });

  test('names single files after their URL, made harmless and without its query', () => {
    expect(defineRelease(desired(), digest).artifacts.map((one) => one.fileName)).toEqual([
      'cars.tar.gz',
      'nano_8.txt',
    ]);
  });
});

describe('what is missing before a release can run', () => {
  const state = desired();
  const release = defineRelease(state, digest);
  const stored = new Set(['1'.repeat(64), '2'.repeat(64)]);
  const names = (observed: Observed, of = state): string[] =>
    planPreparation(observed, of, defineRelease(of, digest)).fetches.map(({ artifact }) => artifact.name);

  test('is all of it on an empty volume, and nothing on one that is as it should be', () => {
    const empty = { has: () => false, published: new Set<string>() };
    expect(names(empty)).toEqual(['cars', 'nano']);
    expect(planPreparation(empty, state, release).publish).toBe(true);
    expect(
      planPreparation({ has: ({ sha256 }) => stored.has(sha256), published: new Set([release.id]) }, state, release),
    ).toEqual({
      fetches: [],
      publish: false,
    });
  });

  test('is every content once under each name that it has in the release', () => {
    const nothing = { has: () => false, published: new Set<string>() };
    const same = desired({ sha256: '2'.repeat(64) });
    expect(names(nothing, same)).toEqual(['cars', 'nano']);
    const [first] = same.artifacts;
    if (first === undefined) throw new Error('the twin has no artifact');
    expect(names(nothing, { ...same, artifacts: [first, { ...first, name: 'second' }] })).toEqual(['cars']);
  });
});
