export { parseKeyFile } from './parse.ts';
export type { ParsedKeyFile } from './parse.ts';
export type { KeyFileErrorCode } from './key-file-error-code.ts';
export type { KeyFile } from './key-file.ts';
