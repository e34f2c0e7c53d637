/** One way to make DeepStream take a release, as far as a twin shows it. */
interface ActivatorInfo {
  /** One sentence for the reference. */
  readonly about: string;
  /** Where the socket is that this way needs, unless the twin says otherwise; missing where it needs none. */
  readonly defaultSocket?: string;
}

/**
 * The ways to make DeepStream take a release: what `deepstream.activate.by` may be in a twin, and in `state.json`. Each
 * has its activator in activation/activators/registry.ts, which does not compile without one.
 */
export const activatorKinds = {
  supervisor: { about: "The supervisor in DeepStream's container sees the new release and restarts the app." },
  edged: {
    about: "Restarts DeepStream's module through the management socket of aziot-edged.",
    defaultSocket: '/var/run/iotedge/mgmt.sock',
  },
  docker: {
    about: "Restarts DeepStream's container through the Docker socket, which gives root on the device.",
    defaultSocket: '/var/run/docker.sock',
  },
  ota: { about: 'A release that differs in its engine alone goes to test5 without a restart; others as `supervisor`.' },
  none: { about: 'Only publishes: something else makes DeepStream take what is current.' },
} as const satisfies Readonly<Record<string, ActivatorInfo>>;

/** A way to make DeepStream take a release. */
export type ActivatorKind = keyof typeof activatorKinds;

/** All of them, in the order of the reference. */
export const activatorNames = Object.keys(activatorKinds) as [ActivatorKind, ...ActivatorKind[]];

/** Where a way's socket is; undefined for one that needs none. */
export function defaultSocketOf(kind: ActivatorKind): string | undefined {
  const info: ActivatorInfo = activatorKinds[kind];
  return info.defaultSocket;
}
