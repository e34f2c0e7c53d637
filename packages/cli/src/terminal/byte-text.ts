const units = ['B', 'KB', 'MB', 'GB', 'TB'] as const;

/** A number of bytes for people, with three digits at most: `9.41 MB` (of 1000 KB). */
export function byteText(sizeBytes: number): string {
  let value = sizeBytes;
  let unit = 0;
  // What rounds up to 1000 belongs to the next unit.
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit] ?? 'B'}`;
}
