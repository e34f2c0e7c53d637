/** Licences that may be in what we ship: they ask for their text and the copyright, which LICENSES.txt has. */
export const shippedLicences: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
]);

/** Those of tools too, which we ship to nobody: what they ask of changed copies asks nothing of us. */
export const toolLicences: ReadonlySet<string> = new Set([...shippedLicences, 'MPL-2.0']);

/** Whether an SPDX expression (`MIT`, `(MIT OR GPL-3.0)`, `A AND B`) can be met with these licences alone; `WITH` can't. */
export function isAllowed(expression: string, allowed: ReadonlySet<string>): boolean {
  const words = expression.match(/[()]|[^\s()]+/g) ?? [];
  let at = 0;
  const any = (): boolean => {
    let met = all();
    while (words[at] === 'OR') {
      at += 1;
      // Both are read, whatever the first gave.
      met = all() || met;
    }
    return met;
  };
  const all = (): boolean => {
    let met = one();
    while (words[at] === 'AND') {
      at += 1;
      met = one() && met;
    }
    return met;
  };
  const one = (): boolean => {
    const word = words[at++];
    if (word !== '(') return word !== undefined && allowed.has(word);
    const met = any();
    return words[at++] === ')' && met;
  };
  return any() && at === words.length;
}
