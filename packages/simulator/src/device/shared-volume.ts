import type { Deployment, ModuleSpec } from '@companion/deployment';
import { deepstreamModule } from './machine.ts';
import { SimulatorError } from './simulator-error.ts';

/** The volume that artifacts and DeepStream share, be it a folder of the device or a named volume. */
export interface SharedVolume {
  /** A path of the device, or a volume's name. */
  readonly source: string;
  /** Where artifacts has it in its container. */
  readonly target: string;
  /** The spec of artifacts. */
  readonly module: ModuleSpec;
}

/** Finds it. Throws `VOLUME_MISSING` where the two share none. */
export function sharedVolume({ modules }: Pick<Deployment, 'modules'>): SharedVolume {
  const module = modules.find(({ name }) => name === 'artifacts');
  const deepstream = new Set(
    mountsOf(modules.find(({ name }) => name === deepstreamModule)).map(({ source }) => source),
  );
  const shared = mountsOf(module).find(({ source }) => deepstream.has(source));
  if (module === undefined || shared === undefined) {
    throw new SimulatorError(
      'VOLUME_MISSING',
      `modules artifacts and ${deepstreamModule} share no volume in createOptions: releases would never reach DeepStream`,
    );
  }
  return { ...shared, module };
}

function mountsOf(module: ModuleSpec | undefined): readonly Pick<SharedVolume, 'source' | 'target'>[] {
  const { Binds = [], Mounts = [] } = module?.createOptions.HostConfig ?? {};
  return [
    ...Binds.map((bind) => {
      const [source = '', target = ''] = bind.split(':');
      return { source, target };
    }),
    ...Mounts.map(({ Source, Target }) => ({ source: Source, target: Target })),
  ];
}
