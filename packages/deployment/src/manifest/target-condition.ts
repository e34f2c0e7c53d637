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
  return typeof read === 'string' ? read : new TargetReader(read).findFault();
}

/** Reads a condition once, by recursive descent; each method gives the fault that it met, and undefined where it went on. */
class TargetReader {
  readonly #tokens: readonly Token[];
  /** The token to read next. */
  #next = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  findFault(): string | undefined {
    const fault = this.#conditions(0);
    if (fault !== undefined) return fault;
    return this.#next < this.#tokens.length ? `${this.#shown()} comes after the condition is complete` : undefined;
  }

  #is(text: string): boolean {
    const found = this.#tokens[this.#next];
    return found !== undefined && found.kind !== 'value' && found.text.toLowerCase() === text;
  }

  #shown(): string {
    return this.#tokens[this.#next]?.text ?? 'its end';
  }

  #conditions(depth: number): string | undefined {
    for (;;) {
      const fault = this.#condition(depth);
      if (fault !== undefined) return fault;
      if (!this.#is('and') && !this.#is('or')) return undefined;
      this.#next += 1;
    }
  }

  #condition(depth: number): string | undefined {
    if (depth > 50) return 'is nested too deep';
    if (this.#is('not')) this.#next += 1;
    if (this.#is('(')) return this.#bracket(depth);
    const called =
      this.#tokens[this.#next + 1]?.text === '(' ? this.#tokens[this.#next]?.text.toLowerCase() : undefined;
    return called === 'is_defined' ? this.#isDefined() : this.#comparison();
  }

  #bracket(depth: number): string | undefined {
    this.#next += 1;
    const fault = this.#conditions(depth + 1);
    if (fault !== undefined) return fault;
    if (!this.#is(')')) return `a closing ")" is missing before ${this.#shown()}`;
    this.#next += 1;
    return undefined;
  }

  #isDefined(): string | undefined {
    const closes = this.#tokens[this.#next + 3]?.text === ')';
    const fault = propertyFault(this.#tokens[this.#next + 2]);
    this.#next += 4;
    return fault ?? (closes ? undefined : 'a closing ")" is missing after is_defined(');
  }

  #comparison(): string | undefined {
    const fault = propertyFault(this.#tokens[this.#next]);
    if (fault !== undefined) return fault;
    this.#next += 1;
    if (this.#is('in')) return this.#list();
    if (this.#tokens[this.#next]?.kind !== 'operator') {
      return `a comparison (=, !=, <, >, IN) should come before ${this.#shown()}`;
    }
    this.#next += 1;
    if (this.#tokens[this.#next]?.kind !== 'value') return `${this.#shown()} is no value: put texts in single quotes`;
    this.#next += 1;
    return undefined;
  }

  #list(): string | undefined {
    this.#next += 1;
    if (!this.#is('[')) return "IN needs a list: ['a', 'b']";
    for (this.#next += 1; ; this.#next += 1) {
      if (this.#tokens[this.#next]?.kind !== 'value') return `${this.#shown()} is no value of a list`;
      this.#next += 1;
      if (this.#is(']')) break;
      if (!this.#is(',')) return 'a closing "]" is missing';
    }
    this.#next += 1;
    return undefined;
  }
}

function propertyFault(found: Token | undefined): string | undefined {
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
