export { ConfigEditError } from './config-edit-error.ts';
export type { ConfigEditErrorCode } from './config-edit-error.ts';
export type { ConfigFile, Duplicate, ReadFault, ReadValue } from './config-file.ts';
export { parseConfig } from './parse.ts';
export type { ConfigError, ParsedConfig } from './parse.ts';
