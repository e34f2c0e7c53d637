export { HubServer, type ModuleIdentity } from './hub/index.ts';
export { startDemo, type Demo } from './demo/demo.ts';
export { rtspPatch } from './demo/story.ts';
export { deepstreamModule, type MachineChoice } from './device/machine.ts';
export { openSimulator, type SimulatorOptions } from './device/open-simulator.ts';
export type { Simulator } from './device/simulator.ts';
