/** What edgeAgent labels its containers with (Azure/iotedge, edge-agent Constants.cs). */
export const ownerLabel = { 'net.azure-devices.edge.owner': 'Microsoft.Azure.Devices.Edge.Agent' } as const;

/** Marks what belongs to a simulator; the value is its root's id. */
const simulatorLabel = 'deepstream-companion.simulator';

/** The label of everything that the simulator of this id makes. */
export function labelsOf(id: string): Record<string, string> {
  return { [simulatorLabel]: id };
}

/** A query's value that finds what belongs to the simulator of this id. */
export function filterOf(id: string): string {
  return encodeURIComponent(JSON.stringify({ label: [`${simulatorLabel}=${id}`] }));
}

/** The id in an object's labels, undefined for one that is no simulator's. */
export function idOf(labels: Readonly<Record<string, string>> | null | undefined): string | undefined {
  return labels?.[simulatorLabel];
}
