import type { ModuleSpec } from '@companion/deployment';
import type { JsonObject, JsonValue } from '@companion/foundation';

import { gatewayName, type ContainerNetwork } from './container-network.ts';
import { labelsOf, ownerLabel } from './labels.ts';

/** A file of this machine in a container. */
export interface ContainerMount {
  readonly Source: string;
  readonly Target: string;
  readonly ReadOnly: boolean;
}

/** What `planContainer` needs besides the module. */
export interface ContainerContext {
  /** The simulator's. */
  readonly id: string;
  readonly run: string;
  readonly image: string;
  /** The image's own, which createOptions may replace. */
  readonly imageCommand: { readonly Entrypoint: readonly string[]; readonly Cmd: readonly string[] };
  /** What edgeAgent injects: the IOTEDGE_* variables. */
  readonly injected: Readonly<Record<string, string>>;
  readonly network: ContainerNetwork;
  /** Where the module serves metrics; undefined for a module without them. */
  readonly metricsPort: number | undefined;
  /** Where a path of the device lies on this machine. */
  readonly hostPath: (devicePath: string) => string;
  /** What the engine calls a volume of the deployment. */
  readonly volumeName: (name: string) => string;
  /** From paths of the device to the files that stand for them: sockets, mostly. They are not made where they are missing. */
  readonly given: ReadonlyMap<string, string>;
  /** Paths of the device that are not mounted, and why. */
  readonly withheld: ReadonlyMap<string, string>;
  /** What is mounted besides. */
  readonly mounts: readonly ContainerMount[];
  /** Set where the engine may not raise limits: then it has to be told lower ones. */
  readonly lowLimits: boolean;
}

/** What to ask the engine for, and what has to be there before. */
export interface ContainerPlan {
  /** The body of `POST /containers/create`. */
  readonly body: JsonObject;
  /** Folders of this machine. */
  readonly folders: readonly string[];
  /** Volumes, by the engine's names. */
  readonly volumes: readonly string[];
}

/** What the engine here may not have, and what is the agent's. */
const notOurs: ReadonlySet<string> = new Set(['Runtime', 'RestartPolicy', 'DeviceRequests']);
/** Docker's defaults need setrlimit; these are below what any process has. */
const lowLimits = ['nofile', 'nproc'].map((Name) => ({ Name, Soft: 1024, Hard: 1024 }));

/**
 * Turns a module's spec into a container as edgeAgent does: createOptions as they are, with image, injected variables and
 * labels, and no restart policy, since restarts are the agent's. Binds lie below the simulator's root, volumes have names
 * of their own, an nvidia runtime is left out.
 */
export function planContainer(spec: ModuleSpec, context: ContainerContext): ContainerPlan {
  const { createOptions } = spec;
  const { Binds: allBinds = [], Mounts: allMounts = [], PortBindings = {}, ...rest } = createOptions.HostConfig ?? {};
  const Binds = allBinds.filter((bind) => !context.withheld.has(bindSource(bind)));
  const Mounts = allMounts.filter(({ Source }) => !context.withheld.has(Source));
  const host = Object.fromEntries(Object.entries(rest).filter(([key]) => !notOurs.has(key)));
  const sources = [...Binds.map(bindSource), ...Mounts.map(({ Source }) => Source)];
  const place = (source: string): string =>
    source.startsWith('/') ? (context.given.get(source) ?? context.hostPath(source)) : context.volumeName(source);
  const mounts = [
    ...Mounts.map((mount) => ({ ...mount, Source: place(mount.Source) })),
    ...context.mounts.map((mount) => ({ Type: 'bind', ...mount })),
  ];
  const own = environmentOf(spec);
  const body = {
    ...createOptions,
    ...commandOf(spec, context),
    Image: context.image,
    Env: Object.entries({
      ...own,
      ...context.injected,
      ...(context.metricsPort === undefined ? {} : { METRICS_PORT: String(context.metricsPort) }),
    }).map(([name, value]) => `${name}=${value}`),
    Labels: {
      ...(createOptions['Labels'] as JsonObject | undefined),
      ...ownerLabel,
      ...labelsOf(context.id, context.run),
    },
    ...exposedPorts(spec, context),
    HostConfig: {
      ...host,
      Binds: Binds.map((bind) => place(bindSource(bind)) + bind.slice(bindSource(bind).length)),
      Mounts: mounts,
      ...networkOf(PortBindings, context),
      ...(context.lowLimits ? { Ulimits: lowLimits } : {}),
    },
  };
  return {
    // Objects of the deployment are JSON; a round trip leaves out what is undefined.
    body: JSON.parse(JSON.stringify(body)) as JsonObject,
    folders: sources.filter((source) => source.startsWith('/') && !context.given.has(source)).map(place),
    volumes: sources.filter((source) => !source.startsWith('/')).map(place),
  };
}

/** What the plan of this module leaves out, one sentence each. */
export function leftOut(spec: ModuleSpec, withheld: ContainerContext['withheld']): readonly string[] {
  const { Runtime, DeviceRequests, Binds = [], Mounts = [] } = spec.createOptions.HostConfig ?? {};
  const sources = new Set([...Binds.map(bindSource), ...Mounts.map(({ Source }) => Source)]);
  return [
    ...(typeof Runtime === 'string' ? [`runtime ${Runtime} left out: the stand-in needs no GPU`] : []),
    ...(DeviceRequests === undefined ? [] : ['device requests left out: the stand-in needs no GPU']),
    ...[...withheld].filter(([path]) => sources.has(path)).map(([path, reason]) => `${path} left out: ${reason}`),
  ];
}

/** Where the module wants to serve metrics in its container; undefined for one that serves none. */
export function metricsPortOf(spec: ModuleSpec): number | undefined {
  const wished = environmentOf(spec)['METRICS_PORT'];
  if (wished !== undefined) return Number(wished);
  return spec.source === undefined ? undefined : 9600;
}

function environmentOf(spec: ModuleSpec): Record<string, string> {
  const ofOptions = (spec.createOptions.Env ?? []).map((item) => {
    const equals = item.indexOf('=');
    return [item.slice(0, equals), item.slice(equals + 1)] as const;
  });
  return { ...Object.fromEntries(ofOptions), ...spec.env };
}

function bindSource(bind: string): string {
  return bind.slice(0, bind.indexOf(':'));
}

/** On this machine's network every container's inspector would listen on the same port: each listens where its binding publishes it. */
function commandOf(spec: ModuleSpec, { network, imageCommand }: ContainerContext): Record<string, JsonValue> {
  const port = spec.createOptions.HostConfig?.PortBindings?.['9229/tcp']?.[0]?.HostPort;
  if (network.kind !== 'host' || port === undefined) return {};
  const moved = (words: readonly string[]): string[] =>
    words.map((word) => word.replace(/^(--inspect(?:-brk|-wait)?)(?:=.*)?$/, `$1=127.0.0.1:${port}`));
  const { Entrypoint, Cmd } = spec.createOptions;
  return {
    Entrypoint: moved(Entrypoint ?? imageCommand.Entrypoint),
    // As in Docker, an Entrypoint of one's own puts the image's Cmd away.
    Cmd: moved(Cmd ?? (Entrypoint === undefined ? imageCommand.Cmd : [])),
  };
}

type PortBindings = Readonly<Record<string, readonly { readonly HostPort: string }[]>>;

function networkOf(bindings: PortBindings, { network, metricsPort }: ContainerContext): Record<string, JsonValue> {
  // Ports can't be published from this machine's own network: they are there already.
  if (network.kind === 'host') return { NetworkMode: 'host' };
  const metrics = metricsPort === undefined ? {} : { [`${metricsPort}/tcp`]: [{ HostIp: '127.0.0.1', HostPort: '' }] };
  return {
    NetworkMode: network.name,
    ExtraHosts: [`${gatewayName}:${network.gateway}`],
    PortBindings: { ...metrics, ...bindings },
  };
}

function exposedPorts(spec: ModuleSpec, { network, metricsPort }: ContainerContext): Record<string, JsonValue> {
  if (network.kind === 'host' || metricsPort === undefined) return {};
  return { ExposedPorts: { ...(spec.createOptions.ExposedPorts as JsonObject), [`${metricsPort}/tcp`]: {} } };
}
