/** JSON as json-glib is given it: a `Double` keeps its decimals, a plain number is an integer. */
export type GlibJson =
  | string
  | number
  | bigint
  | null
  | Double
  | readonly GlibJson[]
  | ReadonlyMap<string, GlibJson>
  | { readonly [name: string]: GlibJson };

/** A number that json-glib writes as a double: 17 significant digits, and `.0` where there is no decimal point (`1e+30.0` too). */
export interface Double {
  readonly double: number;
}

/**
 * Writes JSON as json_to_string(root, pretty) does: two spaces a level, a space on both sides of the colon, and in an
 * object without members its level's spaces.
 */
export function printJson(value: GlibJson, indent = ''): string {
  if (typeof value === 'string') return printText(value);
  if (typeof value === 'number' || typeof value === 'bigint' || value === null) return String(value);
  const inner = `${indent}  `;
  if (isArray(value)) {
    if (value.length === 0) return '[]';
    return `[\n${value.map((item) => inner + printJson(item, inner)).join(',\n')}\n${indent}]`;
  }
  if (isDouble(value)) return printDouble(value.double);
  // A map keeps the order of members whose names are numbers; a plain object does not.
  const entries = isMap(value) ? [...value] : Object.entries(value);
  const members = entries.map(([name, item]) => `${inner}${printText(name)} : ${printJson(item, inner)}`);
  return members.length === 0 ? `{${indent}}` : `{\n${members.join(',\n')}\n${indent}}`;
}

/** json_strescape also escapes the delete character. */
function printText(text: string): string {
  return JSON.stringify(text).replaceAll('\u007f', '\\u007f');
}

function isArray(value: object): value is readonly GlibJson[] {
  return Array.isArray(value);
}

function isMap(value: object): value is ReadonlyMap<string, GlibJson> {
  return value instanceof Map;
}

function isDouble(value: object): value is Double {
  return 'double' in value && typeof value.double === 'number' && Object.keys(value).length === 1;
}

/** g_ascii_dtostr, `%.17g`. */
function printDouble(value: number): string {
  if (Number.isNaN(value)) return 'nan.0';
  if (!Number.isFinite(value)) return value < 0 ? '-inf.0' : 'inf.0';
  const text = printSignificant(value, 17);
  return text.includes('.') ? text : `${text}.0`;
}

/** C's `%.{digits}g`: the digits that count, no zeros at the end, an exponent of two digits below 1e-4 and from 10^digits on. */
export function printSignificant(value: number, digits: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value < 0 ? '-inf' : 'inf';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const [mantissa = '', exponentText = '0'] = toExponential(value, digits).split('e');
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

/** C rounds what lies exactly between two to the even one (839.0625 to 839.062), JavaScript to the larger one. */
function toExponential(value: number, digits: number): string {
  const rounded = value.toExponential(digits - 1);
  if (!value.toExponential(digits).includes('5e')) return rounded;
  const [, lower = '', last = '', rest = '', exponent = ''] =
    new RegExp(`^(-?\\d\\.?\\d{${digits - 2}})(\\d)(\\d+)(e.*)$`).exec(value.toExponential(100)) ?? [];
  return /^50*$/.test(rest) && Number(last) % 2 === 0 ? lower + last + exponent : rounded;
}

function withoutTrailingZeros(text: string) {
  return text.includes('.') ? text.replace(/\.?0*$/, '') : text;
}
