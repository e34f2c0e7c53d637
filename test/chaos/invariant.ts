import type { Scene } from './releases.ts';
import type { Storm } from './storm.ts';
import type { Witness } from './witness.ts';
import type { World } from './world.ts';

/** What is known when the storm is over and all is quiet. */
export interface Aftermath {
  readonly world: World;
  readonly witness: Witness;
  readonly storm: Storm;
  /** When the storm began, in milliseconds of `performance.now()`. */
  readonly beganMs: number;
  /** What the newest twin wishes DeepStream to play. */
  readonly scene: Scene;
}

/** Something that must be so after every storm: one file in `invariants/`, one line in its registry. */
export interface Invariant {
  readonly name: string;
  /** `running`: looked at while everything runs; `stopped`: when all has ended, on what is left. */
  readonly when: 'running' | 'stopped';
  /** What is not so; nothing where all is well. */
  violations(aftermath: Aftermath): Promise<readonly string[]>;
}
