import { basename, join } from 'node:path';

import type { CreateOptions, ModuleSpec } from '@companion/deployment';
import { mapPaths, plainPath } from './path-mapping.ts';
import type { PathMapping } from './path-mapping.ts';
import { AgentError } from '../engine/agent-error.ts';
import type { AgentFolders } from './agent-folders.ts';

/** How to start a module's process; every path is absolute and outside of any container. */
export interface Launch {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment of the process, nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  /** Folders that must be there first. */
  readonly folders: readonly string[];
}

/** What `planLaunch` needs besides the module. */
export interface LaunchContext {
  readonly folders: AgentFolders;
  /** Names of commands that a shim stands for. */
  readonly standIns: ReadonlySet<string>;
  /** The program and its arguments that run a TypeScript file, to be followed by the file. */
  readonly runTypeScript: readonly [string, ...string[]];
  /** What edgeAgent injects: the IOTEDGE_* variables. Taken as it is, paths are not mapped. */
  readonly injected: Readonly<Record<string, string>>;
  /** What a container would have from its image or runtime: PATH, TZ and the like. */
  readonly base: Readonly<Record<string, string>>;
  /** In place of the module's METRICS_PORT; undefined for a module without one. */
  readonly metricsPort: number | undefined;
}

/**
 * Turns a module's spec into a process. A module of the template runs its src/main.ts (Entrypoint and Cmd are its image's
 * business and not looked at); any other runs Entrypoint and Cmd. Container paths under a bind become paths of this
 * machine in Entrypoint, Cmd, WorkingDir and environment values; a WorkingDir under no bind lies in the module's own
 * folder. Read-only binds can't be enforced on a process. Throws an `AgentError` where there is nothing to run.
 */
export function planLaunch(spec: ModuleSpec, context: LaunchContext): Launch {
  const { folders } = context;
  const mappings = mappingsOf(spec, folders);
  const container = join(folders.containers, spec.name);
  const cwd = workingDir(spec.createOptions.WorkingDir, mappings, container);
  const env = environment(spec, context, mappings, container);
  const argv =
    spec.source === undefined ? commandOf(spec, context, mappings) : sourceCommand(spec, spec.source, context);
  const [command, ...args] = argv;
  return { command, args, cwd, env, folders: [...mappings.map(({ host }) => host), container, cwd] };
}

/** Whether the module serves metrics: ours always do, others where their spec names METRICS_PORT. */
export function servesMetrics(spec: ModuleSpec): boolean {
  return spec.source !== undefined || Object.hasOwn(spec.env, 'METRICS_PORT');
}

function sourceCommand(
  spec: ModuleSpec,
  source: NonNullable<ModuleSpec['source']>,
  context: LaunchContext,
): readonly [string, ...string[]] {
  const [program, ...args] = context.runTypeScript;
  // In the container the debug image listens on all of its addresses; here this machine's loopback is enough.
  const port = spec.createOptions.HostConfig?.PortBindings?.['9229/tcp']?.[0]?.HostPort ?? '9229';
  const inspect = source.debug ? [`--inspect=127.0.0.1:${port}`] : [];
  return [program, ...inspect, ...args, join(source.dir, 'src', 'main.ts')];
}

function commandOf(
  spec: ModuleSpec,
  context: LaunchContext,
  mappings: readonly PathMapping[],
): readonly [string, ...string[]] {
  const { Entrypoint = [], Cmd = [] } = spec.createOptions;
  const [first, ...rest] = [...Entrypoint, ...Cmd];
  if (first === undefined) {
    const reason = `the image ${spec.image} can’t be run here: there is no code for it, and createOptions have no Entrypoint`;
    throw new AgentError('NOTHING_TO_RUN', spec.name, reason);
  }
  const args = rest.map((argument) => mapPaths(argument, mappings));
  // An image has its programs at absolute paths (/usr/bin/deepstream-test5-app): the stand-in goes by the name.
  const name = basename(first);
  if (context.standIns.has(name)) return [join(context.folders.bin, name), ...args];
  return [mapPaths(first, mappings), ...args];
}

function workingDir(dir: string | undefined, mappings: readonly PathMapping[], container: string): string {
  if (dir === undefined) return container;
  const plain = plainPath(dir);
  const mapped = mapPaths(plain, mappings);
  return mapped === plain ? join(container, plain) : mapped;
}

function environment(
  spec: ModuleSpec,
  context: LaunchContext,
  mappings: readonly PathMapping[],
  container: string,
): Record<string, string> {
  const ofOptions = (spec.createOptions.Env ?? []).map((item) => {
    const equals = item.indexOf('=');
    return [item.slice(0, equals), item.slice(equals + 1)] as const;
  });
  const own = Object.fromEntries(
    [...ofOptions, ...Object.entries(spec.env)].map(([key, value]) => [key, mapPaths(value, mappings)]),
  );
  const path = own['PATH'] ?? context.base['PATH'];
  return {
    ...context.base,
    HOME: container,
    HOSTNAME: spec.name,
    ...own,
    ...context.injected,
    PATH: path === undefined ? context.folders.bin : `${context.folders.bin}:${path}`,
    ...(context.metricsPort === undefined ? {} : { METRICS_PORT: String(context.metricsPort) }),
  };
}

/** Where the module's mounts lie here. Throws `MOUNT_UNSUPPORTED` for one over the root. */
export function mappingsOf(spec: ModuleSpec, folders: AgentFolders): readonly PathMapping[] {
  const { Binds = [], Mounts = [] }: NonNullable<CreateOptions['HostConfig']> = spec.createOptions.HostConfig ?? {};
  const pairs = [
    ...Binds.map((bind) => bind.split(':') as [string, string, string?]),
    ...Mounts.map(({ Source, Target }) => [Source, Target] as const),
  ];
  return pairs.map(([source, target]) => {
    const container = plainPath(target);
    if (container === '/')
      throw new AgentError('MOUNT_UNSUPPORTED', spec.name, `${source} can’t be mounted over the root`);
    return { container, host: source.startsWith('/') ? folders.hostPath(source) : join(folders.volumes, source) };
  });
}
