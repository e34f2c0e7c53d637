export { createAgent } from './agent.ts';
export type { Agent } from './agent.ts';
export type { AgentEvent } from './agent-event.ts';
export { agentFolders } from './agent-folders.ts';
export type { ModuleInfo } from './module-runner.ts';
