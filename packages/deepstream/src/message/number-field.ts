/** Powers of ten that a double holds exactly. */
const powers = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15] as const;

/**
 * Reads text[start, end) as a plain decimal number, correctly rounded: up to 15 digits and a power of ten are both
 * exact, so one division rounds once. Anything else, exponents and `nan` too, gives NaN and is for `readOddNumber`.
 */
export function readNumber(text: string, start: number, end: number): number {
  let at = start;
  const negative = text.charCodeAt(at) === 45;
  if (negative) at += 1;
  const digitsFrom = at;
  let value = 0;
  let point = -1;
  for (; at < end; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= 48 && code <= 57) value = value * 10 + (code - 48);
    else if (code === 46 && point < 0) point = at;
    else return NaN;
  }
  const decimals = point < 0 ? 0 : end - point - 1;
  const count = end - digitsFrom - (point < 0 ? 0 : 1);
  if (count === 0 || count > 15 || point === digitsFrom || (point >= 0 && decimals === 0)) return NaN;
  if (decimals > 0) value /= powers[decimals] ?? NaN;
  return negative ? -value : value;
}

/** What C++ streams print besides plain decimals: a number with an exponent or many digits, `nan` and `inf`, or no number at all. */
export function readOddNumber(text: string): number | 'not-finite' | 'no-number' {
  if (/^[+-]?(?:nan|inf|infinity)$/i.test(text)) return 'not-finite';
  if (!/^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text)) return 'no-number';
  const value = Number(text);
  return Number.isFinite(value) ? value : 'not-finite';
}
