import type { DeepStreamVersion } from './deepstream-version.ts';

/** Something that only some versions have. */
export interface Feature {
  readonly name: string;
  /** What it is called in configs or payloads. */
  readonly about: string;
  /** The first version that has it. */
  readonly since: string;
}

/** What configs and messages of ours depend on, and the first version that has it (from the sources that were read). */
export const features: readonly Feature[] = [
  { name: 'azure adapter', about: '`libnvds_azure_edge_proto.so`: messages by a route of edgeHub', since: '4.0.1' },
  { name: 'ota', about: '`-o FILE`: another engine without a restart', since: '5.0' },
  { name: 'new api', about: '`msg2p-new-api=1`, `msg-conv-frame-interval`', since: '6.0' },
  { name: 'yaml', about: 'app configs in YAML', since: '6.1' },
  { name: 'protobuf', about: '`msg-conv-payload-type=2`', since: '6.2' },
  {
    name: 'source list',
    about: '`[source-list]`, and REST for adding cameras with `use-nvmultiurisrcbin=1`',
    since: '6.2',
  },
  { name: 'mqtt adapter', about: '`libnvds_mqtt_proto.so`: MQTT v5, QoS 0', since: '6.3' },
  { name: 'health by rest', about: '`health/ready`, `health/metrics`', since: '9.0' },
  { name: 'confidence', about: "the tracker's confidence in messages of test5; before, it is always 0", since: '9.1' },
  {
    name: 'dummy payload',
    about: '`[source-list] dummy-payload=1`: messages for frames without objects',
    since: '9.1',
  },
];

/** Whether a version has it. */
export function hasFeature({ version }: Pick<DeepStreamVersion, 'version'>, { since }: Feature): boolean {
  return compareVersions(version, since) >= 0;
}

/** Negative where `a` is the older one. A part that is missing counts as 0. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a.split('.').map(Number), b.split('.').map(Number)];
  const parts = Array.from({ length: Math.max(left.length, right.length) }, (_, n) => (left[n] ?? 0) - (right[n] ?? 0));
  return parts.find((difference) => difference !== 0) ?? 0;
}
