import { describe, expect, test } from 'vitest';
import { progressAtStart, withProgress, type ArtifactsProgress } from './artifact-progress.ts';

const [a, b] = ['a'.repeat(64), 'b'.repeat(64)];
const before: ArtifactsProgress = {
  same: { kind: 'model', sha256: a, state: 'ready' },
  replaced: { kind: 'model', sha256: a, state: 'ready' },
  moved: { kind: 'model', sha256: a, state: 'ready' },
  underWay: { kind: 'stream', sha256: b, state: 'downloading', receivedBytes: 5 },
  gone: { kind: 'config', sha256: b, state: 'ready' },
};

describe('the progress of artifacts', () => {
  test('begins with what is ready and as the twin names it; the rest waits, and what it names no more is forgotten', () => {
    const progress = progressAtStart(before, [
      { name: 'same', kind: 'model', sha256: a },
      { name: 'replaced', kind: 'model', sha256: b },
      { name: 'moved', kind: 'config', sha256: a },
      { name: 'underWay', kind: 'stream', sha256: b },
      { name: 'new', kind: 'stream', sha256: b },
    ]);
    expect(progress).toEqual({
      same: { kind: 'model', sha256: a, state: 'ready' },
      replaced: { kind: 'model', sha256: b, state: 'waiting' },
      moved: { kind: 'config', sha256: a, state: 'waiting' },
      underWay: { kind: 'stream', sha256: b, state: 'waiting' },
      new: { kind: 'stream', sha256: b, state: 'waiting' },
    });
  });

  test('changes for all names of one content, and keeps nothing of the state before', () => {
    expect(withProgress(before, { sha256: b }, { state: 'verifying' })).toEqual({
      ...before,
      underWay: { kind: 'stream', sha256: b, state: 'verifying' },
      gone: { kind: 'config', sha256: b, state: 'verifying' },
    });
  });

  test('is the same object where all were ready, and another where one was not', () => {
    expect(withProgress(before, { sha256: a }, { state: 'ready' })).toBe(before);
    expect(withProgress(before, { sha256: b }, { state: 'ready' })['underWay']).toEqual({
      kind: 'stream',
      sha256: b,
      state: 'ready',
    });
  });
});
