import type { CreateOptions } from './create-options.ts';

/** A port of the host that a container binds. */
export interface HostPort {
  /** The container's side, as createOptions name it: `9229/tcp`. */
  readonly container: string;
  readonly protocol: string;
  /** Empty for every address of the host. */
  readonly address: string;
  readonly first: number;
  /** The same as `first` unless a range is given. */
  readonly last: number;
}

/** The host's ports that createOptions bind; those left to the engine (none, `""` or 0) are not among them. */
export function hostPorts({ HostConfig }: CreateOptions): readonly HostPort[] {
  return Object.entries(HostConfig?.PortBindings ?? {}).flatMap(([container, bindings]) =>
    bindings.flatMap((binding) => {
      const range = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(binding.HostPort);
      const first = Number(range?.[1] ?? 0);
      if (first === 0) return [];
      const address = 'HostIp' in binding && typeof binding.HostIp === 'string' ? binding.HostIp : '';
      const protocol = container.split('/')[1]?.toLowerCase() ?? 'tcp';
      return [
        {
          container,
          protocol,
          address: address === '0.0.0.0' || address === '::' ? '' : address,
          first,
          last: Number(range?.[2] ?? first),
        },
      ];
    }),
  );
}

/** Whether two bindings want the same port: of the same protocol, on the same address or on all of them. */
export function hostPortsCollide(one: HostPort, other: HostPort): boolean {
  return (
    one.protocol === other.protocol &&
    (one.address === '' || other.address === '' || one.address === other.address) &&
    one.first <= other.last &&
    other.first <= one.last
  );
}
