export { KeyFileEditError } from './key-file-error.ts';
export type { KeyFileEditErrorCode, KeyFileError, KeyFileErrorCode } from './key-file-error.ts';
export type { Duplicate, KeyFile, ReadFault, ReadValue } from './key-file.ts';
export { parseKeyFile } from './parse.ts';
export type { ParsedKeyFile } from './parse.ts';
