/** Whether an error is the operating system's, with one of these codes (`ENOENT`, `ENOSPC`, …). */
export function hasErrno(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
