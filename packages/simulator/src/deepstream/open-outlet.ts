import type { Writable } from 'node:stream';
import type { AppPlan } from './plan/app-plan.ts';
import type { Settings } from './settings.ts';
import { HubOutlet } from './outlet/hub-outlet.ts';
import type { Outlet } from './outlet/outlet.ts';
import { StreamOutlet } from './outlet/stream-outlet.ts';
import { ToldOutlet } from './outlet/told-outlet.ts';

/** Where the messages of these plans go. */
export async function openOutlet(
  plans: readonly AppPlan[],
  { sink, floods }: Settings,
  process: {
    readonly env: Readonly<Record<string, string | undefined>>;
    readonly stdout: Writable;
    readonly stderr: Writable;
  },
): Promise<Outlet> {
  const { env, stdout, stderr } = process;
  if (sink === 'stdout' || plans.every(({ outputs }) => outputs.length === 0)) return new StreamOutlet(stdout);
  // Loaded only where it is used: the Azure SDK takes a second.
  const { AzureHub, createLog, parseModuleEnvironment } = await import('@companion/edge');
  parseModuleEnvironment(env);
  const outlet = new HubOutlet(
    new AzureHub({ log: createLog({ module: 'DeepStream stand-in', level: 'warn', destination: stderr }) }),
  );
  return floods ? new ToldOutlet(outlet, stdout) : outlet;
}
