import { expect, test } from 'vitest';
import { FrameRates } from './frame-rates.ts';

test('reports have the active streams, a header every 20 times, a date, and a rate with its average for each stream', () => {
  const rates = new FrameRates({ streams: [0, 1], intervalMs: 5000, instance: undefined });
  for (let frame = 0; frame <= 150; frame += 1) rates.count(0, (frame * 1000) / 30);
  const nowMs = new Date(2026, 10, 7, 12, 28, 6).getTime();
  const [first = '', ...later] = Array.from({ length: 21 }, () => rates.report(nowMs));
  expect(first.replace(/\(.*\)\t0\.00/, '(…)\t0.00')).toBe(
    'Active sources : 1\n\n**PERF:  FPS 0 (Avg)\tFPS 1 (Avg)\t\nSat Nov  7 12:28:06 2026\n**PERF:  30.00 (…)\t0.00 (0.00)\t\n',
  );
  expect(later.map((report) => report.includes('FPS 0'))).toEqual([...Array<boolean>(19).fill(false), true]);
  expect(later[0]).toMatch(/^Active sources : 0\nSat .*\n\*\*PERF: {2}0\.00 \(/);
});

test('the average starts with the first frame, which is not counted', () => {
  const rates = new FrameRates({ streams: [0], intervalMs: 5000, instance: 1 });
  for (let frame = 0; frame <= 100; frame += 1) rates.count(0, 1000 + frame * 100);
  expect(rates.report(11_000)).toContain('PERF(1): 20.00 (10.00)\t\n');
});
