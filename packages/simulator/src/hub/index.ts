export type * from './contract/contract.ts';
export { HubServer } from './hub-server.ts';
