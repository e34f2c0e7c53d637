import { runModule, systemClock } from '@companion/edge';
import { createFilter } from './filter.ts';

await runModule({
  name: 'filter',
  start({ hub, log, metrics, environment: { device, module } }) {
    const filter = createFilter({ hub, log, metrics, clock: systemClock, random: Math.random, device, module });
    filter.start();
    return filter;
  },
});
