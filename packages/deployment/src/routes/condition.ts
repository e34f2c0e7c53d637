import { callCondition, conditionTypeFits, type ConditionType } from './condition-function.ts';
import { operationResult, precedence } from './condition-operator.ts';
import { conditionTokens, type ConditionToken } from './condition-token.ts';
import { sourcePrefix } from './route-match.ts';

const maxDepth = 100;
const loosest = precedence.length - 1;

/**
 * Why edgeHub would not compile what stands between WHERE and INTO, in one line; undefined where it would. As edgeHub's
 * compiler it knows types: properties of messages are texts, so that `temperature > 20` is refused and
 * `as_number(temperature) > 20` is not. Stricter in one thing: edgeHub ignores what follows a whole condition.
 */
export function findConditionFault(text: string, source: string): string | undefined {
  return new ConditionReader(conditionTokens(text), source).findFault();
}

/**
 * Reads a condition once, by recursive descent. It stops at its first fault: from there on no token is left, and whatever is
 * still under way is worth `any`, which fits everywhere, so that one mistake is told and not its consequences.
 */
class ConditionReader {
  readonly #tokens: readonly ConditionToken[];
  /** Of the route, as written. */
  readonly #source: string;
  /** The token to read next. */
  #next = 0;
  #fault: string | undefined;

  constructor(tokens: readonly ConditionToken[], source: string) {
    this.#tokens = tokens;
    this.#source = source;
  }

  findFault(): string | undefined {
    if (this.#tokens.length === 0) return undefined;
    const type = this.#expression(loosest, 0);
    const rest = this.#peek();
    if (rest !== undefined) {
      const complete = `the condition is complete before ${JSON.stringify(rest.text)}`;
      this.#fail(rest.text === ')' ? 'a ")" too many' : complete);
    }
    if (this.#fault !== undefined) return this.#fault;
    if (type === 'bool' || type === 'any' || type === 'undefined' || type === 'null') return undefined;
    return `the condition is a ${type}, neither true nor false; compare it with something`;
  }

  #peek(): ConditionToken | undefined {
    return this.#fault === undefined ? this.#tokens[this.#next] : undefined;
  }

  /** The next token where it can be an operator, in lower case. */
  #peekOperator(): string | undefined {
    const token = this.#peek();
    return token?.kind === 'operator' || token?.kind === 'word' ? token.text.toLowerCase() : undefined;
  }

  #fail(reason: string, token = this.#peek()): ConditionType {
    this.#fault ??= token === undefined ? reason : `${reason} (character ${token.at + 1} of the condition)`;
    return 'any';
  }

  #expect(text: string, why: string): void {
    if (this.#peekOperator() === text) this.#next += 1;
    else this.#fail(why);
  }

  #expression(level: number, depth: number): ConditionType {
    if (depth > maxDepth) return this.#fail(`the condition is nested deeper than ${maxDepth}`);
    if (level < 0) return this.#operand(depth);
    let left = this.#expression(level - 1, depth);
    for (;;) {
      const token = this.#peek();
      const operator = this.#peekOperator();
      if (token === undefined || operator === undefined || precedence[level]?.includes(operator) !== true) return left;
      this.#next += 1;
      left = this.#operation(token, operator, left, this.#expression(level - 1, depth));
    }
  }

  #operation(token: ConditionToken, operator: string, left: ConditionType, right: ConditionType): ConditionType {
    const result = operationResult(operator, left, right);
    if ('type' in result) return result.type;
    return this.#fail(`${token.text} stands between a ${left} and a ${right}${result.hint}`, token);
  }

  #operand(depth: number): ConditionType {
    const token = this.#peek();
    if (token === undefined) return this.#fail('the condition ends where a value should come');
    this.#next += 1;
    switch (token.kind) {
      case 'string':
        return 'text';
      case 'number':
        return 'number';
      case 'unclosed':
        return this.#fail(`the string ${token.text} is never closed`, token);
      case 'property':
        return isInBody(token) || /[[\]]/.test(token.text) ? 'any' : 'text';
      case 'name':
        return this.#peekOperator() === '(' ? this.#call(token, depth) : 'text';
      case 'path':
        return this.#fail(`${token.text} is no name of a property; of the body it would be $body.${token.text}`, token);
      case 'unknown':
        return this.#fail(`${JSON.stringify(token.text)} means nothing in a condition`, token);
      case 'word':
      case 'operator':
        return this.#prefixed(token, depth);
    }
  }

  #prefixed(token: ConditionToken, depth: number): ConditionType {
    switch (token.kind === 'operator' ? token.text : token.text.toLowerCase()) {
      case '(': {
        const inner = this.#expression(loosest, depth + 1);
        this.#expect(')', 'a closing ")" is missing');
        return inner;
      }
      case '{':
        return this.#systemProperty();
      case '-': {
        const type = this.#negated(depth);
        return conditionTypeFits('number', type) ? 'number' : this.#fail(`"-" stands before a ${type}`, token);
      }
      case 'not': {
        const type = this.#negated(depth);
        if (type === 'bool' || type === 'null' || type === 'any') return 'bool';
        return this.#fail(
          `NOT stands before a ${type}: it binds tighter than a comparison, so write NOT (… = …) with brackets`,
          token,
        );
      }
      case 'true':
      case 'false':
        return 'bool';
      case 'null':
        return 'null';
      case 'undefined':
        return 'undefined';
      default:
        return this.#fail(`a value should come where ${JSON.stringify(token.text)} stands`, token);
    }
  }

  #systemProperty(): ConditionType {
    const property = this.#peek();
    if (property?.kind !== 'property') {
      return this.#fail('"{" is followed by no system property, as in {$contentType}');
    }
    this.#next += 1;
    this.#expect('}', 'a closing "}" is missing');
    return isInBody(property) ? 'any' : 'text';
  }

  /** What a prefix operator stands before: one operand, further prefixes included. */
  #negated(depth: number): ConditionType {
    if (depth > maxDepth) return this.#fail(`the condition is nested deeper than ${maxDepth}`);
    return this.#operand(depth + 1);
  }

  #call(name: ConditionToken, depth: number): ConditionType {
    this.#next += 1;
    const given: ConditionType[] = [];
    if (this.#peekOperator() !== ')') {
      given.push(this.#expression(loosest, depth + 1));
      while (this.#peekOperator() === ',') {
        this.#next += 1;
        given.push(this.#expression(loosest, depth + 1));
      }
    }
    this.#expect(')', `a closing ")" is missing after ${name.text}(`);
    const called = callCondition(name.text, given);
    if ('problem' in called) return this.#fail(called.problem, name);
    if (name.text.toLowerCase() === 'twin_change_includes' && !isOfTwinChanges(this.#source)) {
      return this.#fail('twin_change_includes works only on FROM /twinChangeNotifications', name);
    }
    return called.type;
  }
}

function isInBody({ text }: ConditionToken): boolean {
  return /^\$body\./i.test(text);
}

function isOfTwinChanges(source: string): boolean {
  return sourcePrefix(source) === '/twinchangenotifications';
}
