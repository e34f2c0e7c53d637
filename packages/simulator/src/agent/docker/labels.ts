/** What edgeAgent labels its containers with (Azure/iotedge, edge-agent Constants.cs). */
export const ownerLabel = { 'net.azure-devices.edge.owner': 'Microsoft.Azure.Devices.Edge.Agent' } as const;

/** Marks what belongs to a simulator; the value is its root's id. */
const simulatorLabel = 'deepstream-companion.simulator';

/** Marks what goes with one run of it: a root's next run begins while the last one's watchdog still clears up. */
const runLabel = 'deepstream-companion.run';

/** The labels of what the simulator of this id makes; without a run for what outlives one (volumes). */
export function labelsOf(id: string, run?: string): Record<string, string> {
  return { [simulatorLabel]: id, ...(run === undefined ? {} : { [runLabel]: run }) };
}

/** A query's value that finds what belongs to the simulator of this id: to all its runs, or to one. */
export function filterOf(id: string, run?: string): string {
  const label = Object.entries(labelsOf(id, run)).map(([name, value]) => `${name}=${value}`);
  return encodeURIComponent(JSON.stringify({ label }));
}

/** The id in an object's labels, undefined for one that is no simulator's. */
export function idOf(labels: Readonly<Record<string, string>> | null | undefined): string | undefined {
  return labels?.[simulatorLabel];
}
