import { expect, test } from 'vitest';
import { parseMetrics } from './metrics-text.ts';

test('the Prometheus text of a module is read by name and label', () => {
  const metrics = parseMetrics(
    [
      '# HELP filter_messages_failed_total Messages that could not be read',
      '# TYPE filter_messages_failed_total counter',
      'filter_messages_failed_total{reason="not-json",edge_device="a \\"b\\""} 2',
      'filter_messages_failed_total{reason="empty"} 1',
      'up 1',
      '',
    ].join('\n'),
  );
  expect(metrics.get('filter_messages_failed_total')).toEqual([
    { labels: { reason: 'not-json', edge_device: 'a "b"' }, value: 2 },
    { labels: { reason: 'empty' }, value: 1 },
  ]);
  expect(metrics.get('up')).toEqual([{ labels: {}, value: 1 }]);
});
