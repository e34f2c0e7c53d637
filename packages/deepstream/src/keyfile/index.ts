export { parseKeyFile } from './parse.ts';
export type { ParsedKeyFile } from './parse.ts';
export type { KeyFileError, KeyFileErrorCode } from './key-file-error.ts';
export type { KeyFile } from './key-file.ts';
