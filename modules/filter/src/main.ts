import { runModule } from '@companion/edge';
import { systemClock } from '@companion/foundation/node';
import { Filter } from './filter.ts';
import { openStorage } from './outbox/index.ts';
import { parseSettings } from './settings.ts';

void runModule({
  name: 'filter',
  async start({ hub, log, metrics, health, environment: { device, module } }) {
    const { dataFolder, artifactsRoot, mqtt } = parseSettings(process.env);
    const clock = systemClock;
    const storage = await openStorage({ root: dataFolder, clock, log });
    const filter = new Filter({
      hub,
      log,
      metrics,
      health,
      clock,
      random: Math.random,
      device,
      module,
      storage,
      mqtt,
      artifactsRoot,
    });
    filter.start();
    return filter;
  },
});
