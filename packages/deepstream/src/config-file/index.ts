export { ConfigEditError } from '../editing/config-edit-error.ts';
export type { ConfigEditErrorCode } from '../editing/config-edit-error.ts';
export type { ConfigFile, Duplicate, ReadFault, ReadValue } from '../editing/config-file.ts';
export { parseConfig } from './parse.ts';
export type { ConfigError, ParsedConfig } from './parse.ts';
export { readYamlTree } from '../yaml-config/tree.ts';
export type { YamlTree } from '../yaml-config/tree.ts';
