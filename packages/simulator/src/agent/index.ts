export { createAgent } from './agent.ts';
export type { Agent } from './agent.ts';
export type { AgentEvent } from './agent-event.ts';
export { agentFolders } from './agent-folders.ts';
export { DeploymentError } from './deployment-error.ts';
export { loadDeployment } from './deployment-loader.ts';
export type { DeploymentLoaderOptions } from './deployment-loader.ts';
export type { ModuleInfo } from './module-runner.ts';
export type { Deployment } from '../rules/deployment.ts';
