import type { Simulator } from '@companion/simulator';
import type { AttachedDebugger } from './attached-debugger.ts';

/** Both modules, running on a simulated device with their inspectors open. */
export interface DebuggedModules extends AsyncDisposable {
  readonly simulator: Simulator;
  /** Attaches as the launch configuration for this way of running says. */
  attach(module: ModuleName): Promise<AttachedDebugger>;
  /** Process ids, to see that the modules were not restarted. */
  pids(): readonly (number | undefined)[];
}

/** The modules that have a launch configuration. */
export const moduleNames = ['artifacts', 'filter'] as const;

export type ModuleName = (typeof moduleNames)[number];

/** The port that a process told on starting; undefined while it has not. */
export function inspectorPort(output: string): number | undefined {
  const told = /Debugger listening on ws:\/\/[^:]+:(\d+)\//.exec(output)?.[1];
  return told === undefined ? undefined : Number(told);
}
