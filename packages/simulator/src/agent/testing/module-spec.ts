import type { ModuleSpec } from '@companion/deployment';

/** A module of which a test names what it is about. */
export function moduleSpec(parts: Partial<ModuleSpec> = {}): ModuleSpec {
  return {
    name: 'one',
    image: 'registry/one:1',
    status: 'running',
    restartPolicy: 'always',
    startupOrder: 0,
    env: {},
    desired: {},
    createOptions: {},
    ...parts,
  };
}
