import type { ActivateSpec } from '../../domain/desired.ts';
import type { VolumeLayout } from '../../volume/layout.ts';
import type { Activator } from './activator.ts';
import { createDockerActivator } from './docker.ts';
import { createEdgedActivator } from './edged.ts';
import { createNoActivator } from './none.ts';
import { createOtaActivator } from './ota.ts';
import { createSupervisorActivator } from './supervisor.ts';

/** The activator that a twin asks for. */
export function createActivator(spec: ActivateSpec, layout: VolumeLayout): Activator {
  const { module } = spec;
  switch (spec.by) {
    case 'supervisor':
      return createSupervisorActivator(layout);
    case 'edged':
      return createEdgedActivator({ module, socket: spec.socket ?? '/var/run/iotedge/mgmt.sock' });
    case 'docker':
      return createDockerActivator({ module, socket: spec.socket ?? '/var/run/docker.sock' });
    case 'ota':
      return createOtaActivator(layout);
    case 'none':
      return createNoActivator();
  }
}
