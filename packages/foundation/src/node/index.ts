export { isTemporary, replaceFile, rewriteFile, type ReplaceStep } from './atomic-file.ts';
export { hasErrno } from './errno.ts';
export { sha256 } from './sha256.ts';
export { syncDirectory } from './sync-directory.ts';
export { backgroundClock, systemClock } from './system-clock.ts';
