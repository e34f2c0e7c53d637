import * as z from 'zod';
import { createContainerActivator, type ContainerView } from './container-activator.ts';
import type { Activator } from './activator.ts';

const apiVersion = 'api-version=2018-06-28';
const answer = z.object({
  modules: z.array(
    z.object({
      name: z.string(),
      status: z.object({
        startTime: z.string().nullish(),
        exitStatus: z.object({ statusCode: z.string() }).nullish(),
        runtimeStatus: z.object({ status: z.string() }),
      }),
    }),
  ),
});

/** Activates through aziot-edged's management socket, which `iotedge restart` uses too (Azure/iotedge, edgelet-http-mgmt). */
export function createEdgedActivator(options: { readonly socket: string; readonly module: string }): Activator {
  const { socket, module } = options;
  return createContainerActivator({
    socket,
    module,
    restartPath: `/modules/${encodeURIComponent(module)}/restart?${apiVersion}`,
    viewPath: `/modules?${apiVersion}`,
    viewOf: (body) => viewOf(body, module),
  });
}

function viewOf(body: string, module: string): ContainerView | undefined {
  const parsed = answer.safeParse(parseJson(body));
  const found = parsed.data?.modules.find(({ name }) => name === module)?.status;
  if (found === undefined) return undefined;
  const running = found.runtimeStatus.status === 'running';
  const exitCode = found.exitStatus?.statusCode;
  return {
    running,
    startedAt: found.startTime ?? '',
    exitCode: running || exitCode === undefined ? undefined : Number(exitCode),
  };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
