import { dirname, join } from 'node:path';
import { runModule } from '@companion/edge';
import { ArtifactsModule } from './module.ts';
import { parseSettings } from './settings.ts';

void runModule({
  name: 'artifacts',
  start: async ({ hub, log, metrics, health }) => {
    const module = new ArtifactsModule({
      hub,
      log,
      metrics,
      health,
      settings: parseSettings(process.env),
      // Beside the entry: src/ when run from source, dist/ when bundled.
      supervisorScript: join(dirname(process.argv[1] ?? ''), 'supervisor.sh'),
    });
    await module.start();
    return module;
  },
});
