/** What unescaping a value gave: the text, its `;` items where asked for, and the first fault, if any. */
export interface Unescaped {
  readonly text: string;
  readonly items: readonly string[];
  /** GLib refuses the whole value when there is one; text and items then hold what it had read, bad escapes as they stand. */
  readonly fault: string | undefined;
}

const escapes: Readonly<Record<string, string>> = { s: ' ', n: '\n', t: '\t', r: '\r', '\\': '\\' };

/**
 * Unescapes a raw value as g_key_file_parse_value_as_string does. With `items` it is also split at `;` (`\;` is a
 * literal one); a `;` at the very end closes the last item, it does not open an empty one.
 */
export function unescapeValue(value: string, split: 'whole' | 'items'): Unescaped {
  const separated = split === 'items';
  const items: string[] = [];
  let text = '';
  let item = '';
  let fault: string | undefined;
  const add = (piece: string) => {
    text += piece;
    item += piece;
  };
  let from = 0;
  for (let i = 0; i < value.length; i += 1) {
    const char = value[i];
    if (char === ';' && separated) {
      add(value.slice(from, i));
      text += ';';
      items.push(item);
      item = '';
      from = i + 1;
    } else if (char === '\\') {
      add(value.slice(from, i));
      const next = value[i + 1];
      if (next === undefined) {
        fault ??= 'a backslash at the end of the value escapes nothing';
      } else if (next === ';' && separated) {
        add(';');
      } else {
        const known = escapes[next];
        if (known === undefined) fault ??= `\\${next} is not an escape sequence`;
        add(known ?? `\\${next}`);
      }
      i += 1;
      from = i + 1;
    }
  }
  add(value.slice(from));
  if (item !== '') items.push(item);
  return { text, items, fault };
}
