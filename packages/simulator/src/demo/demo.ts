import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDemoArtifacts, type DemoArtifact } from './scene/index.ts';
import { loopback, type Reach } from '../device/machine.ts';
import type { Simulator } from '../device/simulator.ts';
import { startArtifactServer, type ArtifactServer } from './artifact-server.ts';
import { artifactsTwin, filterTwin } from './demo-twins.ts';

/** The demo's artifacts on a server of its own, and the twins that ask for them. */
export interface Demo extends AsyncDisposable {
  readonly artifacts: readonly DemoArtifact[];
  urlOf(artifact: DemoArtifact): string;
  /** What an operator would do first. */
  patchTwins(simulator: Simulator): void;
}

/** Slow enough to see the downloads, fast enough not to wait for them. */
const downloadBytesPerSec = 3_000_000;

/** Makes the artifacts below `root` and serves them to the modules, as slowly as `bytesPerSec` says (0: as fast as it goes). */
export async function startDemo(options: {
  root: string;
  seed: number;
  bytesPerSec?: number;
  /** How modules reach this process: on loopback, unless told. */
  reach?: Reach;
}): Promise<Demo> {
  const directory = join(options.root, 'blob-store');
  await mkdir(directory, { recursive: true });
  const artifacts = await makeDemoArtifacts({ dir: directory, seed: options.seed });
  const server: ArtifactServer = await startArtifactServer({
    directory,
    bytesPerSec: options.bytesPerSec ?? downloadBytesPerSec,
    reach: options.reach ?? loopback,
  });
  return {
    artifacts,
    urlOf: ({ file }) => server.urlOf(file),
    patchTwins({ hub }) {
      hub.twins.patchDesired('filter', filterTwin());
      hub.twins.patchDesired(
        'artifacts',
        artifactsTwin(artifacts, (file) => server.urlOf(file)),
      );
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
