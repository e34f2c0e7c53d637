/** Steps from a document's root to a value: keys, and indices of arrays. */
export type JsonPath = readonly (string | number)[];

/** Prints a path as one would write it in code: `modulesContent.$edgeAgent["properties.desired"].routes[0]`; the root is `(root)`. */
export function formatJsonPath(path: JsonPath): string {
  if (path.length === 0) return '(root)';
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      if (!/^[A-Za-z_$][\w$]*$/.test(step)) return `[${JSON.stringify(step)}]`;
      return index === 0 ? step : `.${step}`;
    })
    .join('');
}
