/**
 * The number of a `[sourceN]`, which is the camera's id and so the N of its `[sensorN]`: strtoull, as the parser reads it,
 * cut to 32 bits. `source00` is source 0; undefined for `source`, `sourceX` and the like.
 */
export function sourceNumber(group: string): number | undefined {
  const match = /^source[ \t\n\v\f\r]*([+-]?)(\d+)$/.exec(group);
  if (match === null) return undefined;
  const [, sign, digits = ''] = match;
  const most = 2n ** 64n - 1n;
  const read = BigInt(digits);
  const whole = read > most ? most : sign === '-' ? BigInt.asUintN(64, -read) : read;
  return Number(BigInt.asUintN(32, whole));
}
