import * as z from 'zod';
import { createContainerActivator } from './container-activator.ts';
import type { Activator } from './activator.ts';

/** Seconds that Docker waits before it kills. DeepStream's image should say `StopSignal SIGINT`: its apps ignore SIGTERM. */
const stopSeconds = 20;
const answer = z.object({
  State: z.object({ Running: z.boolean(), StartedAt: z.string(), ExitCode: z.number() }),
});

/** Activates through Docker's Engine API, which gives root on the device to whoever may use it. */
export function createDockerActivator(options: { readonly socket: string; readonly module: string }): Activator {
  const { socket, module } = options;
  const container = `/containers/${encodeURIComponent(module)}`;
  return createContainerActivator({
    socket,
    module,
    restartPath: `${container}/restart?t=${stopSeconds}`,
    viewPath: `${container}/json`,
    viewOf: (body) => {
      const state = answer.safeParse(parseJson(body)).data?.State;
      if (state === undefined) return undefined;
      const { Running: running, StartedAt: startedAt, ExitCode } = state;
      return { running, startedAt, exitCode: running ? undefined : ExitCode };
    },
  });
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
