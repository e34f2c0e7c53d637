import { join } from 'node:path';

import { ProcessEngine, type Engine } from '../agent/index.ts';
import { loopback, type Machine, type MachineOptions, type MachineParts } from './machine.ts';

/** Modules as processes of this machine. */
export class ProcessMachine implements Machine {
  readonly summary = 'modules run as processes';
  readonly reach = loopback;
  readonly gatewayHostName = 'localhost';
  readonly platform = undefined;
  readonly workloadSocketMode = 0o600;
  readonly #options: MachineOptions;

  constructor(options: MachineOptions) {
    this.#options = options;
  }

  workloadUri(socketPath: string): string {
    return `unix://${socketPath}`;
  }

  createEngine({ moduleEnvironment }: MachineParts): Engine {
    const standIns = { 'deepstream-test5-app': standInCommand() };
    return new ProcessEngine({ ...this.#options, moduleEnvironment, standIns });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function standInCommand(): string[] {
  const main = join(import.meta.dirname, '../deepstream/main.ts');
  return [process.execPath, '--import', import.meta.resolve('tsx'), main];
}
