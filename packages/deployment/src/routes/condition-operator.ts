import { conditionTypeFits, type ConditionType } from './condition-function.ts';

/** What an operation is worth, or in `hint` what to add to the refusal of its operands. */
export type OperationResult = { readonly type: ConditionType } | { readonly hint: string };

/** From the tightest binding to the loosest (Condition.g4 of Azure/iotedge); a prefix `-` or NOT binds tighter than all. */
export const precedence: readonly (readonly string[])[] = [
  ['*', '/', '%'],
  ['+', '-', '||'],
  ['<', '<=', '>', '>='],
  ['=', '!=', '<>'],
  ['and'],
  ['or'],
  ['??'],
];

/** What an operator makes of two operands, as edgeHub's compiler types it; operators in lower case. */
export function operationResult(operator: string, left: ConditionType, right: ConditionType): OperationResult {
  const both = (type: ConditionType) => conditionTypeFits(type, left) && conditionTypeFits(type, right);
  switch (operator) {
    case 'and':
    case 'or':
      return [left, right].some((type) => type === 'text' || type === 'number')
        ? { hint: '; both must be true or false' }
        : { type: 'bool' };
    case '||':
      return both('text') ? { type: 'text' } : { hint: '; both must be texts' };
    case '??':
      if (left === 'undefined') return { type: right };
      return conditionTypeFits(left, right) ? { type: left } : { hint: '' };
    case '*':
    case '/':
    case '%':
    case '+':
    case '-':
      return both('number') ? { type: 'number' } : { hint: '; as_number(…) makes a number of a text' };
    default:
      if (conditionTypeFits(left, right)) return { type: 'bool' };
      if (left === 'null' || right === 'null') return { hint: '; use is_null(…)' };
      return { hint: '; message properties are texts: as_number(…) makes numbers of them' };
  }
}
