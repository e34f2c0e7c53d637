/** The kinds of token that a condition is made of; `operator` covers brackets and commas too. */
export type ConditionTokenKind =
  'string' | 'unclosed' | 'number' | 'word' | 'property' | 'name' | 'path' | 'operator' | 'unknown';

/** A token of a condition and where it starts, counted from 0 in UTF-16 units. */
export interface ConditionToken {
  readonly kind: ConditionTokenKind;
  readonly text: string;
  readonly at: number;
}

// edgeHub's lexer (RouteLexer.g4 of Azure/iotedge): the longest match wins, the earlier rule among equals. So `x!=1`
// without blanks is a property `x!` compared with 1, and `a-b` is one name: both are told apart only by this order.
const rules: readonly (readonly [ConditionTokenKind, RegExp])[] = [
  ['word', /(?:select|from|where|into)/iy],
  ['string', /"(?:\\(?:["'\\]|u[0-9a-fA-F]{4})|[^"\\])*"|'(?:\\(?:["'\\]|u[0-9a-fA-F]{4})|[^'\\])*'/y],
  ['unclosed', /"(?:\\(?:["'\\]|u[0-9a-fA-F]{4})|[^"\\])*|'(?:\\(?:["'\\]|u[0-9a-fA-F]{4})|[^'\\])*/y],
  ['number', /-?[0-9]*\.[0-9]+(?:[Ee][+-]?[0-9]+)?|-?[0-9]*[Ee][+-]?[0-9]+|0[Xx][0-9a-fA-F]+|-?[0-9]+/y],
  ['word', /(?:true|false|null|undefined)/y],
  ['operator', /\|\||\?\?|!=|<>|<=|>=|[()<>=,+\-*/%{}]/y],
  ['word', /(?:and|or|not)/iy],
  ['property', /\$[^()<>@,;:\\"/?={} \t\n\r]+/y],
  ['name', /[^()<>@,;:\\"/[\]?={} \t\n\r]+/y],
  ['path', /[^()<>@,;:\\"/?={} \t\n\r]+/y],
];
const skipped = /(?:[ \t\r\n]+|\/\*[\s\S]*?\*\/)*/y;

/** Cuts a condition into tokens as edgeHub does; blanks and comments fall away. What fits nothing is `unknown`, one unit long. */
export function conditionTokens(text: string): readonly ConditionToken[] {
  const tokens: ConditionToken[] = [];
  for (let at = 0; ;) {
    at += matchAt(skipped, text, at).length;
    if (at >= text.length) return tokens;
    let best: ConditionToken = { kind: 'unknown', text: text.charAt(at), at };
    let longest = 0;
    for (const [kind, pattern] of rules) {
      const found = matchAt(pattern, text, at);
      if (found.length <= longest) continue;
      longest = found.length;
      best = { kind, text: found, at };
    }
    tokens.push(best);
    at += best.text.length;
  }
}

function matchAt(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}
