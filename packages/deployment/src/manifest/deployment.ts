import type { JsonObject } from '../json/json.ts';

import type { RouteSpec } from '../routes/route-text.ts';

/** Of which ends of a module edgeAgent starts it again. */
export type RestartPolicy = 'always' | 'on-failure' | 'on-unhealthy' | 'never';

/** A mount of Docker's newer form, as far as the simulator can stand in for it. */
export interface ContainerMount {
  readonly Type: 'bind' | 'volume';
  readonly Source: string;
  readonly Target: string;
}

/** Docker's create options, as far as the simulator looks into them; what else is there is kept. */
export interface CreateOptions {
  readonly Entrypoint?: readonly string[];
  readonly Cmd?: readonly string[];
  readonly WorkingDir?: string;
  /** `NAME=value` items. */
  readonly Env?: readonly string[];
  readonly ExposedPorts?: Readonly<Record<string, unknown>>;
  readonly HostConfig?: {
    /** `/host/path:/container/path[:ro]`, or a volume's name in place of the host path. */
    readonly Binds?: readonly string[];
    readonly Mounts?: readonly ContainerMount[];
    /** For each container port (`9229/tcp`) where the host has it. */
    readonly PortBindings?: Readonly<Record<string, readonly { readonly HostPort: string }[]>>;
    readonly [option: string]: unknown;
  };
  readonly [option: string]: unknown;
}

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

/** The kinds of mistake that a deployment can have. */
export type DeploymentProblemCode =
  | 'FILE_UNREADABLE'
  | 'NOT_JSON'
  | 'SHAPE'
  | 'VARIABLE_MISSING'
  | 'PLACEHOLDER_UNKNOWN'
  | 'MODULE_JSON'
  | 'CREATE_OPTIONS'
  | 'MODULE_UNKNOWN'
  | 'MODULE_NAME'
  | 'IMAGE'
  | 'RUNTIME_VERSION'
  | 'HOST_PORT'
  | 'ROUTE'
  | 'TWIN_LIMIT'
  | 'TWIN_VALUE'
  | 'VARIABLES_EXAMPLE';
