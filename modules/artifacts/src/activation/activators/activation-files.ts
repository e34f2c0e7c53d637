import { join } from 'node:path';
import type { VolumeLayout } from '../../volume/layout.ts';

/** Files at the volume's root by which this module and what runs in DeepStream's container talk, beside `current`. */
export interface ActivationFiles {
  /** Another text makes the supervisor restart the app. */
  readonly restartRequest: string;
  /** The release that the running app takes without a restart. */
  readonly otaRelease: string;
  /** What test5 gets as its option `-o`. */
  readonly otaFile: string;
}

/** Where those files stand. */
export function activationFiles({ root }: Pick<VolumeLayout, 'root'>): ActivationFiles {
  return {
    restartRequest: join(root, 'restart-request'),
    otaRelease: join(root, 'ota.release'),
    otaFile: join(root, 'ota.txt'),
  };
}
