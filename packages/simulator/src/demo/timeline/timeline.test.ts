import { describe, expect, test } from 'vitest';
import { Timeline } from './timeline.ts';

function recorder(isTTY: boolean): { text: string; isTTY: boolean; columns: number; write: (text: string) => void } {
  return {
    text: '',
    isTTY,
    columns: 40,
    write(text) {
      this.text += text;
    },
  };
}

describe('the timeline', () => {
  test('writes when, who and what', () => {
    const output = recorder(false);
    new Timeline({ output, elapsedMs: () => 12_345, colour: false }).say('artifacts', 'connected');
    expect(output.text).toBe('  12.3 s  artifacts     connected\n');
  });

  test('keeps the live line below what is written on a terminal, cut to its width', () => {
    const output = recorder(true);
    const timeline = new Timeline({ output, elapsedMs: () => 0, colour: false });
    timeline.progress('x'.repeat(50));
    timeline.write('line\n');
    timeline.progress(undefined);
    expect(output.text).toBe(`${'x'.repeat(39)}\u001b[2K\rline\n${'x'.repeat(39)}\u001b[2K\r`);
  });

  test('writes no live line into a file', () => {
    const output = recorder(false);
    new Timeline({ output, elapsedMs: () => 0, colour: false }).progress('50 %');
    expect(output.text).toBe('');
  });
});
