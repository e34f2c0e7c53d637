import type { Activator } from './activator.ts';

/** Only publishes: somebody else makes DeepStream take what is current. */
export function createNoActivator(): Activator {
  return {
    watches: false,
    prepare: () => Promise.resolve(),
    tell: () => Promise.resolve(),
    restart: () => Promise.resolve(),
    look: () =>
      Promise.resolve({ sighting: { release: undefined, process: '', exitCode: undefined }, hint: undefined }),
  };
}
