export { parseYamlConfig } from './parse.ts';
export type { ParsedYamlConfig } from './parse.ts';
export type { YamlConfigError, YamlConfigErrorCode } from './yaml-config-error.ts';
