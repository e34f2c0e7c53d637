const blocks = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'] as const;

/** A bar of `width` characters, filled to `fraction` (0 to 1) in steps of an eighth of a character. */
export function progressBar(fraction: number, width: number): string {
  const eighths = Math.round(Math.min(1, Math.max(0, fraction)) * width * 8);
  const full = '█'.repeat(Math.floor(eighths / 8));
  return `${full}${blocks[eighths % 8] ?? ''}`.padEnd(width, '░');
}
