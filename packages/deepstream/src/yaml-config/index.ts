export { parseYamlConfig } from './parse.ts';
export type { ParsedYamlConfig } from './parse.ts';
export type { YamlConfigErrorCode } from './yaml-config-error-code.ts';
