/**
 * Looks at the text of an extended header (or of a GNU long name) for what would make a file's name or contents other than
 * they seem. Returns what is wrong, or undefined. The tar package skips records that it can't read, which would give an
 * entry a name that its author did not write.
 */
export function checkPaxText(text: string): string | undefined {
  if (/\0[^\0]/.test(text)) return 'has a name with a NUL in it';
  if (!/^\d+ [^=\n]+=/.test(text)) return undefined;
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length;) {
    const length = Number.parseInt(bytes.toString('latin1', at, at + 12), 10);
    const end = at + length;
    if (!Number.isSafeInteger(length) || length < 5 || end > bytes.length || bytes[end - 1] !== 0x0a) {
      return 'has a broken extended header';
    }
    const record = bytes.toString('utf8', at, end - 1);
    if (/^\d+ GNU\.sparse\./.test(record)) return 'has a sparse file in it';
    if (record.includes('\n') || record.includes('\0')) return 'has a name with a control character in it';
    at = end;
  }
  return undefined;
}
