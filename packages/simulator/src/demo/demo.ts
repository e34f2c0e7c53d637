import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '@companion/foundation/node';
import { loopback, type Reach } from '../device/machine.ts';
import type { Simulator } from '../device/simulator.ts';
import { ArtifactServer } from './artifact-server.ts';
import { artifactsTwin, filterTwin } from './demo-twins.ts';
import { makeDemoArtifacts, type DemoAppKind, type DemoArtifact } from './scene/index.ts';

export interface DemoOptions {
  readonly root: string;
  readonly seed: number;
  /** 0: as fast as it goes. */
  readonly bytesPerSec?: number;
  /** How the app config is written: a key file, unless told. */
  readonly app?: DemoAppKind;
  /** How modules reach this process: on loopback, unless told. */
  readonly reach?: Reach;
}

/** Slow enough to see the downloads, fast enough not to wait for them. */
const downloadBytesPerSec = 3_000_000;

/** The demo's artifacts on a server of its own, and the twins that ask for them. */
export class Demo implements AsyncDisposable {
  readonly artifacts: readonly DemoArtifact[];
  readonly #server: ArtifactServer;
  readonly #app: DemoAppKind;

  constructor(artifacts: readonly DemoArtifact[], server: ArtifactServer, app: DemoAppKind) {
    this.artifacts = artifacts;
    this.#app = app;
    this.#server = server;
  }

  urlOf({ file }: Pick<DemoArtifact, 'file'>): string {
    return this.#server.urlOf(file);
  }

  /** What an operator would do first. */
  patchTwins({ hub }: Simulator): void {
    hub.twins.patchDesired('filter', filterTwin());
    hub.twins.patchDesired(
      'artifacts',
      artifactsTwin(this.artifacts, (file) => this.#server.urlOf(file), this.#app),
    );
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#server.close();
  }
}

/** Makes the artifacts below `root` and serves them to the modules. */
export async function startDemo(options: DemoOptions): Promise<Demo> {
  const { root, seed, bytesPerSec = downloadBytesPerSec, app = 'keyfile', reach = loopback } = options;
  const directory = join(root, 'blob-store');
  await mkdir(directory, { recursive: true });
  const artifacts = await makeDemoArtifacts({ dir: directory, seed, app });
  const server = new ArtifactServer({ directory, bytesPerSec, reach, clock: systemClock });
  await server.open();
  return new Demo(artifacts, server, app);
}
