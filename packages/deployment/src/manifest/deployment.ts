import type { JsonObject } from '@companion/foundation';
import type { CreateOptions } from '../create-options/create-options.ts';
import type { RouteSpec } from '../routes/route-text.ts';

/** Of which ends of a module edgeAgent starts it again. */
export type RestartPolicy = 'always' | 'on-failure' | 'on-unhealthy' | 'never';

/** Where a module's code lies, for a module whose image is a placeholder of the template. */
export interface ModuleSource {
  /** Absolute path of the folder that holds module.json. */
  readonly dir: string;
  /** Whether the image is a debug variant: its process opens an inspector. */
  readonly debug: boolean;
}

/** One module as `$edgeAgent` is told to run it, with the desired properties that its twin starts with. */
export interface ModuleSpec {
  readonly name: string;
  readonly image: string;
  readonly status: 'running' | 'stopped';
  readonly restartPolicy: RestartPolicy;
  /** Lower starts earlier; without one a module starts last (4294967295, as edgeAgent has it). */
  readonly startupOrder: number;
  readonly env: Readonly<Record<string, string>>;
  readonly createOptions: CreateOptions;
  readonly desired: JsonObject;
  readonly source?: ModuleSource;
}

/** A deployment template with everything filled in. */
export interface Deployment {
  /** In the order of the template. */
  readonly modules: readonly ModuleSpec[];
  readonly routes: Readonly<Record<string, RouteSpec>>;
  /** How long `$edgeHub` keeps a message that can't be delivered, in seconds. */
  readonly timeToLiveSecs: number;
}
