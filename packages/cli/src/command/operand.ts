import { CliError } from './cli-error.ts';

/** The values of operands by their usage text, `FILE [GROUP]` for example. */
export type OperandValues<P extends string> = P extends ''
  ? readonly []
  : P extends `${infer First} ${infer Rest}`
    ? readonly [...OperandValue<First>, ...OperandValues<Rest>]
    : OperandValue<P>;

type OperandValue<W extends string> = W extends `[${string}]`
  ? readonly [string?]
  : W extends `${string}…`
    ? readonly [string, ...string[]]
    : readonly [string];

/** One operand of a usage text. */
export interface Operand {
  /** Without brackets and dots. */
  readonly name: string;
  readonly required: boolean;
  readonly repeated: boolean;
}

/** Reads a usage text. */
export function operandsOf(text: string): readonly Operand[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => ({
      name: word.replace(/^\[|\]$|…$/g, ''),
      required: !word.startsWith('['),
      repeated: word.endsWith('…'),
    }));
}

/** A whole number from 0; undefined where the text is none. */
export function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** One of a few words as an operand. `what` names it in the error. */
export function wordOperand<const W extends string>(what: string, text: string, words: readonly W[]): W {
  const word = words.find((candidate) => candidate === text);
  if (word !== undefined) return word;
  throw new CliError('usage', `companion: ${what}: ${JSON.stringify(text)} is none of ${words.join(', ')}`);
}
