import { parseJson } from '@companion/foundation';
import * as z from 'zod';
import { activatorKinds } from '../../domain/activator-kinds.ts';
import type { ActivateSpec } from '../../domain/desired.ts';
import type { VolumeLayout } from '../../volume/layout.ts';
import { ContainerActivator, type ContainerView } from './container-activator.ts';

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
export class EdgedActivator extends ContainerActivator {
  protected readonly restartPath: string;
  protected readonly viewPath = `/modules?${apiVersion}`;
  readonly #module: string;

  constructor(_layout: VolumeLayout, { module, socket = activatorKinds.edged.defaultSocket }: ActivateSpec) {
    super(socket, module);
    this.#module = module;
    this.restartPath = `/modules/${encodeURIComponent(module)}/restart?${apiVersion}`;
  }

  protected viewOf(body: string): ContainerView | undefined {
    const parsed = answer.safeParse(parseJson(body));
    const found = parsed.data?.modules.find(({ name }) => name === this.#module)?.status;
    if (found === undefined) return undefined;
    const running = found.runtimeStatus.status === 'running';
    const exitCode = found.exitStatus?.statusCode;
    return {
      running,
      startedAt: found.startTime ?? '',
      exitCode: running || exitCode === undefined ? undefined : Number(exitCode),
    };
  }
}
