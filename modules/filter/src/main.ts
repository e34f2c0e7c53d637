import { runModule } from '@companion/edge';
import { systemClock } from '@companion/foundation/node';
import { createFilter } from './filter.ts';
import { parseMqttSettings } from './mqtt-input/index.ts';
import { openStorage } from './outbox/index.ts';

void runModule({
  name: 'filter',
  async start({ hub, log, metrics, health, environment: { device, module } }) {
    const mqtt = parseMqttSettings(process.env);
    const storage = await openStorage({ root: environmentOr('FILTER_DATA', '/data'), clock: systemClock, log });
    const filter = createFilter({
      hub,
      log,
      metrics,
      health,
      clock: systemClock,
      random: Math.random,
      device,
      module,
      storage,
      mqtt,
      artifactsRoot: environmentOr('ARTIFACTS_ROOT', '/artifacts'),
    });
    filter.start();
    return filter;
  },
});

/** A deployment's placeholder that nobody filled is an empty text: the same as none. */
function environmentOr(name: string, fallback: string): string {
  const value = process.env[name];
  return value === undefined || value === '' ? fallback : value;
}
