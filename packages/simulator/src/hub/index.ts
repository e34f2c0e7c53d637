export type * from './contract.ts';
export { createHubServer } from './hub-server.ts';
