const token =
  /\s*(?:(?<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|(?<number>-?\d+(?:\.\d+)?(?![\w.]))|(?<operator><=|>=|<>|!=|[=<>])|(?<mark>[()[\],])|(?<word>[A-Za-z_$][\w$-]*(?:\.(?:\[\[[^\]]+\]\]|[\w$-]+))*))/y;
const roots =
  /^(?:deviceId$|tags\.|properties\.(?:desired|reported)\.|capabilities\.|configurations\.|status$|connectionState$|etag$)/;

interface Token {
  readonly kind: 'value' | 'operator' | 'mark' | 'word';
  readonly text: string;
}

/**
 * A light check of the condition that selects devices: comparisons and IN, joined by AND, OR, NOT and brackets, over
 * `tags.…`, `deviceId` and `properties.…`; `*` is every device. Gives the reason where it can't be right, and undefined
 * where IoT Hub, which has the last word, may take it.
 */
export function findTargetFault(text: string): string | undefined {
  if (text.trim() === '*') return undefined;
  if (text.trim() === '') return "is empty, which targets no device: write a condition like tags.site='lot7', or *";
  const read = tokensOf(text);
  return typeof read === 'string' ? read : faultOf(read);
}

function faultOf(tokens: readonly Token[]): string | undefined {
  let next = 0;
  const is = (text: string): boolean => {
    const found = tokens[next];
    return found !== undefined && found.kind !== 'value' && found.text.toLowerCase() === text;
  };
  const shown = (): string => tokens[next]?.text ?? 'its end';

  function all(depth: number): string | undefined {
    for (;;) {
      const fault = one(depth);
      if (fault !== undefined) return fault;
      if (!is('and') && !is('or')) return undefined;
      next += 1;
    }
  }
  function one(depth: number): string | undefined {
    if (depth > 50) return 'is nested too deep';
    if (is('not')) next += 1;
    if (is('(')) {
      next += 1;
      const fault = all(depth + 1);
      if (fault !== undefined) return fault;
      if (!is(')')) return `a closing ")" is missing before ${shown()}`;
      next += 1;
      return undefined;
    }
    const called = tokens[next + 1]?.text === '(' ? tokens[next]?.text.toLowerCase() : undefined;
    if (called === 'is_defined') {
      const closes = tokens[next + 3]?.text === ')';
      const fault = property(tokens[next + 2]);
      next += 4;
      return fault ?? (closes ? undefined : 'a closing ")" is missing after is_defined(');
    }
    const fault = property(tokens[next]);
    if (fault !== undefined) return fault;
    next += 1;
    if (is('in')) return list();
    if (tokens[next]?.kind !== 'operator') return `a comparison (=, !=, <, >, IN) should come before ${shown()}`;
    next += 1;
    if (tokens[next]?.kind !== 'value') return `${shown()} is no value: put texts in single quotes`;
    next += 1;
    return undefined;
  }
  function list(): string | undefined {
    next += 1;
    if (!is('[')) return "IN needs a list: ['a', 'b']";
    for (next += 1; ; next += 1) {
      if (tokens[next]?.kind !== 'value') return `${shown()} is no value of a list`;
      next += 1;
      if (is(']')) break;
      if (!is(',')) return 'a closing "]" is missing';
    }
    next += 1;
    return undefined;
  }
  return all(0) ?? (next < tokens.length ? `${shown()} comes after the condition is complete` : undefined);
}

function property(found: Token | undefined): string | undefined {
  if (found?.kind !== 'word') return `a property should come where ${found?.text ?? 'the condition ends'} stands`;
  if (roots.test(found.text)) return undefined;
  const hint = found.text.startsWith('tag.')
    ? `: it is tags.${found.text.slice(4)}`
    : ': begin with tags., deviceId or properties.';
  return `${found.text} is no property of a device${hint}`;
}

function tokensOf(text: string): readonly Token[] | string {
  const tokens: Token[] = [];
  for (let at = 0; text.slice(at).trim() !== '';) {
    token.lastIndex = at;
    const found = token.exec(text);
    if (found === null) {
      const rest = text.slice(at).trim();
      const open = /^['"]/.test(rest) ? 'a string is never closed: ' : '';
      return `${open}${rest} can't be read`;
    }
    const { text: quoted, number, operator, mark } = found.groups ?? {};
    const literal = /^\s*(?:true|false|null)$/i.test(found[0]);
    const kind = quoted !== undefined || number !== undefined || literal ? 'value' : undefined;
    tokens.push({
      kind: kind ?? (operator !== undefined ? 'operator' : mark !== undefined ? 'mark' : 'word'),
      text: found[0].trim(),
    });
    if (tokens.at(-1)?.kind === 'operator' && tokens.at(-2)?.kind === 'operator')
      return '== is not known here: write =';
    at = token.lastIndex;
  }
  return tokens;
}
