import type { Activator, Look } from './activator.ts';

/** Only publishes: somebody else makes DeepStream take what is current. */
export class NoActivator implements Activator {
  readonly watches = false;

  async prepare(): Promise<void> {
    // Nothing has to be in place.
  }

  async notify(): Promise<void> {
    // Somebody else does.
  }

  async restart(): Promise<void> {
    // There is nothing that could be restarted from here.
  }

  look(): Promise<Look> {
    return Promise.resolve({
      sighting: { release: undefined, process: '', exitCode: undefined },
      life: { kind: 'unknown' },
      hint: undefined,
    });
  }
}
