import type { Invariant } from '../invariant.ts';

/** A module ends because it was killed, never by itself. */
export const modulesDoNotCrash: Invariant = {
  name: 'no module has ended by itself',
  when: 'running',
  violations: ({ world }) =>
    Promise.resolve(
      world.exits
        .filter(({ signal }) => signal !== 'SIGKILL')
        .map(({ module, exitCode, signal }) => `${module} ended with ${signal ?? `exit code ${exitCode ?? '?'}`}`),
    ),
};
