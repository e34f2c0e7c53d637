import { describe, expect, test } from 'vitest';
import type { Release } from '../../domain/release.ts';
import { engineOnly } from './ota.ts';

const from: Release = {
  id: 'a',
  artifacts: [{ name: 'net', kind: 'model', sha256: '1'.repeat(64), fileName: 'net.tar.gz' }],
  config: 'configs/c/app.txt',
  edits: [{ name: 'loop', file: undefined, group: 'tests', set: { 'file-loop': '1' } }],
};

describe("what test5's -o file can carry", () => {
  test('is a new model or engine file, and nothing else', () => {
    const model = { ...from, id: 'b', artifacts: from.artifacts.map((one) => ({ ...one, sha256: '2'.repeat(64) })) };
    const engine = { group: 'primary-gie', set: { 'model-engine-file': 'net.engine' } };
    expect(engineOnly(from, model)).toBe(true);
    expect(
      engineOnly(
        { ...from, edits: [{ name: 'e', file: undefined, ...engine, set: { 'model-engine-file': 'old' } }] },
        {
          ...model,
          edits: [{ name: 'e', file: undefined, ...engine }],
        },
      ),
    ).toBe(true);
  });

  test.each<[string, Partial<Release>]>([
    ['another config', { config: 'configs/c/other.txt' }],
    ['other sources', { sources: { sha256: '3'.repeat(64), shown: ['rtsp://camera/1'] } }],
    ['another edit', { edits: [] }],
    ['another artifact', { artifacts: [] }],
  ])('is not %s: DeepStream reads that only at its start', (_, change) => {
    expect(engineOnly(from, { ...from, id: 'b', ...change })).toBe(false);
  });

  test('is not the release that runs already', () => {
    expect(engineOnly(from, from)).toBe(false);
  });
});
