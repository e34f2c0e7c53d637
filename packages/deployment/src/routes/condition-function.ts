/**
 * What a part of a condition is worth, as edgeHub's compiler knows it beforehand: `any` for parts of the body, whose
 * type shows only with the message.
 */
export type ConditionType = 'number' | 'text' | 'bool' | 'null' | 'undefined' | 'any';

/** One way to call a function; `more` says that the last parameter may come again, or not at all. */
interface Signature {
  readonly parameters: readonly (ConditionType | 'whatever')[];
  readonly more?: true;
  readonly result: ConditionType;
}

function one(parameter: ConditionType | 'whatever', result: ConditionType): readonly Signature[] {
  return [{ parameters: [parameter], result }];
}

function texts(result: ConditionType): readonly Signature[] {
  return [{ parameters: ['text', 'text'], result }];
}

/** The functions of edgeHub's conditions (ConditionVisitor.cs and its builtins, Azure/iotedge); names without regard to case. */
const functions: ReadonlyMap<string, readonly Signature[]> = new Map([
  ['abs', one('number', 'number')],
  ['exp', one('number', 'number')],
  ['power', [{ parameters: ['number', 'number'], result: 'number' } satisfies Signature]],
  ['square', one('number', 'number')],
  ['ceiling', one('number', 'number')],
  ['floor', one('number', 'number')],
  ['sign', one('number', 'number')],
  ['sqrt', one('number', 'number')],
  ['as_number', [...one('text', 'number'), ...one('number', 'number')]],
  ['is_bool', one('whatever', 'bool')],
  ['is_defined', one('whatever', 'bool')],
  ['is_null', one('whatever', 'bool')],
  ['is_number', one('whatever', 'bool')],
  ['is_string', one('whatever', 'bool')],
  ['concat', [{ parameters: ['text', 'text', 'text'], more: true, result: 'text' } satisfies Signature]],
  ['length', one('text', 'number')],
  ['lower', one('text', 'text')],
  ['upper', one('text', 'text')],
  [
    'substring',
    [
      { parameters: ['text', 'number'], result: 'text' },
      { parameters: ['text', 'number', 'number'], result: 'text' },
    ] satisfies Signature[],
  ],
  ['index_of', texts('number')],
  ['starts_with', texts('bool')],
  ['ends_with', texts('bool')],
  ['contains', texts('bool')],
  ['twin_change_includes', one('whatever', 'bool')],
]);

/** What a call is worth, or in `problem` why edgeHub would not compile it. */
export function callCondition(
  name: string,
  given: readonly ConditionType[],
): { readonly type: ConditionType } | { readonly problem: string } {
  const signatures = functions.get(name.toLowerCase());
  if (signatures === undefined) {
    return { problem: `there is no function ${name}; there are ${[...functions.keys()].join(', ')}` };
  }
  const fitting = signatures.find((signature) => fits(signature, given));
  if (fitting !== undefined) return { type: fitting.result };
  const known = signatures.map((signature) => `${name}(${signatureText(signature)})`).join(' or ');
  const hint = signatures[0]?.parameters[0] === 'number' && given[0] === 'text' ? '; as_number(…) makes one' : '';
  return { problem: `${name}(${given.join(', ')}) is none of its forms: ${known}${hint}` };
}

/** Whether a value may stand where another type is asked for. */
export function conditionTypeFits(asked: ConditionType, given: ConditionType): boolean {
  return asked === given || given === 'any' || asked === 'any';
}

function fits({ parameters, more }: Signature, given: readonly ConditionType[]): boolean {
  const least = more === true ? parameters.length - 1 : parameters.length;
  if (given.length < least || (more !== true && given.length > parameters.length)) return false;
  return given.every((type, index) => {
    const parameter = parameters[index] ?? parameters.at(-1);
    return parameter === 'whatever' || (parameter !== undefined && conditionTypeFits(parameter, type));
  });
}

function signatureText({ parameters, more }: Signature): string {
  const shown = parameters.map((parameter) => (parameter === 'whatever' ? 'value' : parameter));
  return more === true ? `${shown.slice(0, -1).join(', ')}, …` : shown.join(', ');
}
