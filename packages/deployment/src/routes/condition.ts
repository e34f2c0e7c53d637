import { callCondition, conditionTypeFits } from './condition-function.ts';
import type { ConditionType } from './condition-function.ts';
import { conditionTokens } from './condition-token.ts';
import type { ConditionToken } from './condition-token.ts';
import { sourcePrefix } from './route-match.ts';

class Fault extends Error {}

/** From the tightest binding to the loosest (Condition.g4 of Azure/iotedge); a prefix `-` or NOT binds tighter than all. */
const precedence: readonly (readonly string[])[] = [
  ['*', '/', '%'],
  ['+', '-', '||'],
  ['<', '<=', '>', '>='],
  ['=', '!=', '<>'],
  ['and'],
  ['or'],
  ['??'],
];
const maxDepth = 100;

/**
 * Why edgeHub would not compile what stands between WHERE and INTO, in one line; undefined where it would. As edgeHub's
 * compiler it knows types: properties of messages are texts, so that `temperature > 20` is refused and
 * `as_number(temperature) > 20` is not. Stricter in one thing: edgeHub ignores what follows a whole condition.
 */
export function findConditionFault(text: string, source: string): string | undefined {
  try {
    const type = readCondition(conditionTokens(text), source);
    if (type === 'bool' || type === 'any' || type === 'undefined' || type === 'null') return undefined;
    return `the condition is a ${type}, neither true nor false; compare it with something`;
  } catch (fault) {
    if (fault instanceof Fault) return fault.message;
    throw fault;
  }
}

function readCondition(tokens: readonly ConditionToken[], source: string): ConditionType {
  let next = 0;

  const peek = (): ConditionToken | undefined => tokens[next];
  const operatorOf = (token: ConditionToken | undefined): string | undefined =>
    token?.kind === 'operator' || token?.kind === 'word' ? token.text.toLowerCase() : undefined;
  function fail(reason: string, token = peek()): never {
    throw new Fault(token === undefined ? reason : `${reason} (character ${token.at + 1} of the condition)`);
  }
  function expect(text: string, why: string): void {
    if (operatorOf(peek()) !== text) fail(why);
    next += 1;
  }

  function expression(level: number, depth: number): ConditionType {
    if (depth > maxDepth) fail(`the condition is nested deeper than ${maxDepth}`);
    if (level < 0) return operand(depth);
    let left = expression(level - 1, depth);
    for (;;) {
      const token = peek();
      const operator = operatorOf(token);
      if (token === undefined || operator === undefined || precedence[level]?.includes(operator) !== true) return left;
      next += 1;
      left = binary(token, operator, left, expression(level - 1, depth));
    }
  }

  function operand(depth: number): ConditionType {
    const token = peek();
    if (token === undefined) return fail('the condition ends where a value should come');
    next += 1;
    switch (token.kind) {
      case 'string':
        return 'text';
      case 'number':
        return 'number';
      case 'unclosed':
        return fail(`the string ${token.text} is never closed`, token);
      case 'property':
        return /^\$body\./i.test(token.text) || /[[\]]/.test(token.text) ? 'any' : 'text';
      case 'name':
        return operatorOf(peek()) === '(' ? call(token, depth) : 'text';
      case 'path':
        return fail(`${token.text} is no name of a property; of the body it would be $body.${token.text}`, token);
      case 'unknown':
        return fail(`${JSON.stringify(token.text)} means nothing in a condition`, token);
      case 'word':
      case 'operator':
        return prefixed(token, depth);
    }
  }

  function prefixed(token: ConditionToken, depth: number): ConditionType {
    switch (token.kind === 'operator' ? token.text : token.text.toLowerCase()) {
      case '(': {
        const inner = expression(precedence.length - 1, depth + 1);
        expect(')', 'a closing ")" is missing');
        return inner;
      }
      case '{': {
        const property = peek();
        if (property?.kind !== 'property') return fail('"{" is followed by no system property, as in {$contentType}');
        next += 1;
        expect('}', 'a closing "}" is missing');
        return /^\$body\./i.test(property.text) ? 'any' : 'text';
      }
      case '-': {
        const type = negated(depth);
        if (!conditionTypeFits('number', type)) fail(`"-" stands before a ${type}`, token);
        return 'number';
      }
      case 'not': {
        const type = negated(depth);
        if (type === 'bool' || type === 'null' || type === 'any') return 'bool';
        return fail(
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
        return fail(`a value should come where ${JSON.stringify(token.text)} stands`, token);
    }
  }

  /** What a prefix operator stands before: one operand, further prefixes included. */
  function negated(depth: number): ConditionType {
    if (depth > maxDepth) fail(`the condition is nested deeper than ${maxDepth}`);
    return operand(depth + 1);
  }

  function call(name: ConditionToken, depth: number): ConditionType {
    next += 1;
    const given: ConditionType[] = [];
    if (operatorOf(peek()) !== ')') {
      given.push(expression(precedence.length - 1, depth + 1));
      while (operatorOf(peek()) === ',') {
        next += 1;
        given.push(expression(precedence.length - 1, depth + 1));
      }
    }
    expect(')', `a closing ")" is missing after ${name.text}(`);
    const called = callCondition(name.text, given);
    if ('problem' in called) return fail(called.problem, name);
    if (name.text.toLowerCase() === 'twin_change_includes' && sourcePrefix(source) !== '/twinchangenotifications') {
      fail('twin_change_includes works only on FROM /twinChangeNotifications', name);
    }
    return called.type;
  }

  function binary(token: ConditionToken, operator: string, left: ConditionType, right: ConditionType): ConditionType {
    const refuse = (hint = ''): never => fail(`${token.text} stands between a ${left} and a ${right}${hint}`, token);
    const both = (type: ConditionType) => conditionTypeFits(type, left) && conditionTypeFits(type, right);
    switch (operator) {
      case 'and':
      case 'or':
        if ([left, right].some((type) => type === 'text' || type === 'number')) refuse('; both must be true or false');
        return 'bool';
      case '||':
        return both('text') ? 'text' : refuse('; both must be texts');
      case '??':
        if (left === 'undefined') return right;
        return conditionTypeFits(left, right) ? left : refuse();
      case '*':
      case '/':
      case '%':
      case '+':
      case '-':
        return both('number') ? 'number' : refuse('; as_number(…) makes a number of a text');
      default:
        if (conditionTypeFits(left, right)) return 'bool';
        if (left === 'null' || right === 'null') return refuse('; use is_null(…)');
        return refuse('; message properties are texts: as_number(…) makes numbers of them');
    }
  }

  if (tokens.length === 0) return 'undefined';
  const type = expression(precedence.length - 1, 0);
  const rest = peek();
  if (rest === undefined) return type;
  return fail(
    rest.text === ')' ? 'a ")" too many' : `the condition is complete before ${JSON.stringify(rest.text)}`,
    rest,
  );
}
