import type { ActivatorKind } from '../../domain/activator-kinds.ts';
import type { ActivateSpec } from '../../domain/desired.ts';
import type { VolumeLayout } from '../../volume/layout.ts';
import type { Activator, ActivatorClass } from './activator.ts';
import { DockerActivator } from './docker.ts';
import { EdgedActivator } from './edged.ts';
import { NoActivator } from './none.ts';
import { OtaActivator } from './ota.ts';
import { SupervisorActivator } from './supervisor.ts';

const activators = {
  supervisor: SupervisorActivator,
  edged: EdgedActivator,
  docker: DockerActivator,
  ota: OtaActivator,
  none: NoActivator,
} as const satisfies Record<ActivatorKind, ActivatorClass>;

/** The activator that a twin asks for. */
export function createActivator(spec: ActivateSpec, layout: VolumeLayout): Activator {
  return new activators[spec.by](layout, spec);
}
