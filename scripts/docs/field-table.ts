/** The parts of a JSON Schema that the tables show. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly description?: string;
  readonly default?: unknown;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly prefixItems?: readonly Schema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
}

interface Row {
  readonly path: string;
  readonly schema: Schema;
  readonly required: boolean;
}

/** A Markdown table of all fields of an object, each with its path; `withDefaults` adds a column for what is taken without the field. */
export function fieldTable(schema: Schema, { withDefaults }: { readonly withDefaults: boolean }): string {
  const head = withDefaults ? ['field', 'value', 'default', 'meaning'] : ['field', 'value', 'meaning'];
  const lines = rows(schema, '').map(({ path, schema: field, required }) => [
    `\`${path}\``,
    valueText(field),
    ...(withDefaults ? [required ? 'required' : defaultText(field)] : []),
    field.description ?? '',
  ]);
  return markdownTable(head, lines);
}

/** A Markdown table; `|` in cells is escaped. */
export function markdownTable(head: readonly string[], lines: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [row(head), row(head.map(() => '---')), ...lines.map(row)].join('\n');
}

function rows({ properties = {}, required = [], additionalProperties }: Schema, path: string): Row[] {
  const below = path === '' ? '' : `${path}.`;
  const named = Object.entries(properties).flatMap(([name, field]) => [
    { path: below + name, schema: field, required: required.includes(name) },
    ...rows(field, below + name),
  ]);
  const isMap = typeof additionalProperties === 'object' && additionalProperties.properties !== undefined;
  return isMap ? [...named, ...rows(additionalProperties, `${below}<name>`)] : named;
}

function valueText(schema: Schema): string {
  const { enum: values, anyOf, oneOf, items, prefixItems } = schema;
  if (schema.const !== undefined) return code(schema.const);
  if (values !== undefined) return alternatives(values.map(code));
  const choices = anyOf ?? oneOf;
  if (choices !== undefined) return alternatives([...new Set(choices.map(valueText))]);
  if (Array.isArray(schema.type)) return alternatives(schema.type as string[]);
  switch (schema.type) {
    case 'array':
      return prefixItems === undefined
        ? `list of ${plural(items ?? {})}`
        : `list of ${prefixItems.length} ${plural(prefixItems[0] ?? {})}`;
    case 'object':
      return typeof schema.additionalProperties === 'object' ? 'map' : 'object';
    case 'integer':
      return `integer${bounds(schema)}`;
    case 'number':
      return `number${bounds(schema)}`;
    default:
      return typeof schema.type === 'string' ? schema.type : 'any';
  }
}

function plural(schema: Schema): string {
  const text = valueText(schema);
  return text.replace(/^(integer|number|string)/, '$1s');
}

function bounds({ minimum, maximum, exclusiveMinimum }: Schema): string {
  const least = minimum ?? (exclusiveMinimum === undefined ? undefined : exclusiveMinimum + 1);
  const low = least === undefined || least <= Number.MIN_SAFE_INTEGER ? undefined : least;
  const high = maximum === undefined || maximum >= Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (low !== undefined && high !== undefined) return `, ${low} to ${high}`;
  if (low !== undefined) return `, at least ${low}`;
  return high === undefined ? '' : `, at most ${high}`;
}

function defaultText({ default: value }: Schema): string {
  if (value === undefined || (typeof value === 'object' && JSON.stringify(value) === '{}')) return '';
  return code(value);
}

function code(value: unknown): string {
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}

function alternatives(texts: readonly string[]): string {
  return texts.length < 2 ? texts.join('') : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1) ?? ''}`;
}
