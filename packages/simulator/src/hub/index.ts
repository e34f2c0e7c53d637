export type * from './contract/contract.ts';
export { createHubServer } from './hub-server.ts';
