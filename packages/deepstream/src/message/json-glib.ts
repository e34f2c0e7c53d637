/** JSON as json-glib is given it: a `Double` keeps its decimals, a plain number is an integer. */
export type GlibJson = string | number | null | Double | readonly GlibJson[] | { readonly [name: string]: GlibJson };

/** A number that json-glib writes as a double: 17 significant digits, and `.0` where it would look like an integer. */
export interface Double {
  readonly double: number;
}

/** Writes JSON as json_to_string(root, pretty) does: two spaces a level, a space on both sides of the colon. */
export function printJson(value: GlibJson, indent = ''): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' || value === null) return String(value);
  const inner = `${indent}  `;
  if (isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((item) => inner + printJson(item, inner)).join(',\n')}\n${indent}]`;
  }
  if (isDouble(value)) return printDouble(value.double);
  const members = Object.entries(value).map(
    ([name, item]) => `${inner}${JSON.stringify(name)} : ${printJson(item, inner)}`,
  );
  return members.length === 0 ? '{}' : `{\n${members.join(',\n')}\n${indent}}`;
}

function isArray(value: object): value is readonly GlibJson[] {
  return Array.isArray(value);
}

function isDouble(value: object): value is Double {
  return 'double' in value && typeof value.double === 'number' && Object.keys(value).length === 1;
}

/** g_ascii_dtostr, `%.17g`. */
function printDouble(value: number): string {
  if (Number.isNaN(value)) return 'nan.0';
  if (!Number.isFinite(value)) return value < 0 ? '-inf.0' : 'inf.0';
  const text = printSignificant(value, 17);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

/** C's `%.{digits}g`: the digits that count, no zeros at the end, an exponent of two digits below 1e-4 and from 10^digits on. */
export function printSignificant(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', exponentText = '0'] = value.toExponential(digits - 1).split('e');
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= digits) {
    const sign = exponent < 0 ? '-' : '+';
    return `${withoutTrailingZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const [, minus = '', first = '', rest = ''] = /^(-?)(\d)\.?(\d*)$/.exec(mantissa) ?? [];
  const all = first + rest;
  const plain =
    exponent < 0 ? `0.${'0'.repeat(-exponent - 1)}${all}` : `${all.slice(0, exponent + 1)}.${all.slice(exponent + 1)}`;
  return minus + withoutTrailingZeros(plain);
}

function withoutTrailingZeros(text: string) {
  return text.includes('.') ? text.replace(/\.?0*$/, '') : text;
}
