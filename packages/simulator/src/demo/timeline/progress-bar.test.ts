import { describe, expect, test } from 'vitest';
import { progressBar } from './progress-bar.ts';

describe('a progress bar', () => {
  test('always has its width, and fills from left to right', () => {
    expect(progressBar(0, 4)).toBe('░░░░');
    expect(progressBar(0.5, 4)).toBe('██░░');
    expect(progressBar(0.53125, 4)).toBe('██▏░');
    expect(progressBar(1, 4)).toBe('████');
  });

  test('stays a bar for fractions that can not be', () => {
    expect(progressBar(7, 3)).toBe('███');
    expect(progressBar(-1, 3)).toBe('░░░');
  });
});
