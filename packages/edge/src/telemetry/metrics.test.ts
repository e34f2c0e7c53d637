import { expect, test } from 'vitest';
import { Metrics } from './metrics.ts';

const identity = { module: 'my-filter', iothub: 'hub.azure-devices.net', device: 'jetson', instance: 'i1' };

test('every metric has the module as prefix and the labels of IoT Edge', async () => {
  const metrics = new Metrics(identity);
  metrics.counter('events_total', 'Events.', ['type']).inc({ type: 'parked' }, 2);
  expect(await metrics.render()).toContain(
    'my_filter_events_total{type="parked",iothub="hub.azure-devices.net",edge_device="jetson",module_name="my-filter",instance_number="i1"} 2',
  );
});

test('asking twice gives the same metric', async () => {
  const metrics = new Metrics(identity);
  metrics.gauge('depth', 'Depth.').set(1);
  metrics.gauge('depth', 'Depth.').inc();
  metrics.histogram('wait_seconds', 'Wait.', { buckets: [1] }).observe(0.5);
  expect(await metrics.render()).toMatch(/my_filter_depth\{.*\} 2/);
});

test('process metrics come on demand', async () => {
  expect(await new Metrics(identity, { processMetrics: true }).render()).toContain(
    'my_filter_process_resident_memory_bytes',
  );
});
