import { setTimeout as pause } from 'node:timers/promises';

import { DockerClient } from './docker-client.ts';
import { sweep, type SweepScope } from './sweep.ts';

/**
 * The watchdog's program: `container-watchdog.ts SOCKET ID RUN SCOPE…`. The end of its stdin means that the simulator is gone,
 * however it went. What that run of it has left on the engine is removed, and nothing of its root's next run; in several
 * rounds, since a container that was being created at that moment appears a little later.
 */
const [socketPath = '', id = '', run = '', ...scope] = process.argv.slice(2);
const rounds = 3;
const roundMs = 500;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
const client = new DockerClient({ socketPath });
process.stdin.resume().once('end', () => {
  void (async () => {
    for (let round = 0; round < rounds; round += 1) {
      if (round > 0) await pause(roundMs);
      await sweep(client, id, { graceSec: 2, scope: new Set(scope as SweepScope[]), run }).catch(() => undefined);
    }
  })();
});
