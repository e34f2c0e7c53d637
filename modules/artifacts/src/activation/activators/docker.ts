import { parseJson } from '@companion/foundation';
import * as z from 'zod';
import { activatorKinds } from '../../domain/activator-kinds.ts';
import type { ActivateSpec } from '../../domain/desired.ts';
import type { VolumeLayout } from '../../volume/layout.ts';
import { ContainerActivator, type ContainerView } from './container-activator.ts';

/** Seconds that Docker waits before it kills. DeepStream's image should say `StopSignal SIGINT`: its apps ignore SIGTERM. */
const stopSeconds = 20;

const answer = z.object({
  State: z.object({ Running: z.boolean(), StartedAt: z.string(), ExitCode: z.number() }),
});

/** Activates through Docker's Engine API, which gives root on the device to whoever may use it. */
export class DockerActivator extends ContainerActivator {
  protected readonly restartPath: string;
  protected readonly viewPath: string;

  constructor(_layout: VolumeLayout, { module, socket = activatorKinds.docker.defaultSocket }: ActivateSpec) {
    super(socket, module);
    const container = `/containers/${encodeURIComponent(module)}`;
    this.restartPath = `${container}/restart?t=${stopSeconds}`;
    this.viewPath = `${container}/json`;
  }

  protected viewOf(body: string): ContainerView | undefined {
    const state = answer.safeParse(parseJson(body)).data?.State;
    if (state === undefined) return undefined;
    const { Running: running, StartedAt: startedAt, ExitCode } = state;
    return { running, startedAt, exitCode: running ? undefined : ExitCode };
  }
}
