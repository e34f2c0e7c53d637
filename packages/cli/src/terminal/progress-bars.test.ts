import type { ArtifactProgress } from '@companion/artifacts';
import { describe, expect, test } from 'vitest';
import { ProgressBars } from './progress-bars.ts';

const progress = (state: ArtifactProgress['state'], receivedBytes?: number): ArtifactProgress => ({
  kind: 'model',
  sha256: '0'.repeat(64),
  state,
  ...(receivedBytes !== undefined && { receivedBytes, totalBytes: 4_000_000 }),
});

describe('progress', () => {
  test('is a bar for each download on a terminal, drawn over and over in its place', () => {
    let screen = '';
    const bars = new ProgressBars({ write: (text) => void (screen += text), columns: 80 });
    bars.show('net', progress('downloading', 1_000_000));
    expect(screen).toBe('net [######------------------]  25 % of 4.00 MB downloading\n');
    screen = '';
    bars.show('cars', progress('downloading', 0));
    expect(screen.split('\n')).toHaveLength(3);
    expect(screen.startsWith('\x1b[1A\x1b[Jnet [')).toBe(true);
    screen = '';
    bars.show('net', progress('ready'));
    expect(screen).toMatch(/^\x1b\[2A\x1b\[Jnet: ready\ncars \[-+\] +0 % of 4\.00 MB downloading\n$/);
    screen = '';
    bars.end();
    expect(screen).toBe('\x1b[1A\x1b[J');
  });

  test('never breaks a line, as it could not be drawn over then', () => {
    let screen = '';
    const bars = new ProgressBars({ write: (text) => void (screen += text), columns: 20 });
    bars.show('a-very-long-name-of-a-net', progress('downloading', 1));
    expect(screen).toBe('a-very-long-name-of\n');
  });

  test('is a line for each transition in a file', () => {
    let text = '';
    const bars = new ProgressBars({ write: (more) => void (text += more), columns: undefined });
    for (const bytes of [0, 1, 2]) bars.show('net', progress('downloading', bytes));
    const error = { code: 'DIGEST_MISMATCH', message: 'other bytes', facts: {} };
    bars.show('net', { ...progress('failed'), error });
    bars.end();
    expect(text).toBe('net: downloading\nnet: failed: other bytes [DIGEST_MISMATCH]\n');
  });
});
