import { findNodeAtOffset, printParseErrorCode, type Node, type ParseError } from 'jsonc-parser';
import type { JsonTree } from './json-tree.ts';

/** What is wrong in a text, and the offset at which a person should look. */
export interface JsonMistake {
  readonly offset: number;
  /** One line. */
  readonly reason: string;
}

const escapes = /^(?:[^\\]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/;
const comment = 'JSON has no comments';

/** The first mistake that the parser found, in our words; undefined where it found none. */
export function jsonMistake(text: string, { root, errors }: JsonTree): JsonMistake | undefined {
  const [error] = errors;
  if (error === undefined) return undefined;
  const { offset, length } = error;
  const token = text.slice(offset, offset + length);
  const expected = (what: string): JsonMistake => ({
    offset,
    reason:
      offset >= text.length
        ? `the text ends where ${what} should come`
        : `expected ${what}, found ${JSON.stringify(text.charAt(offset))}`,
  });
  switch (printParseErrorCode(error.error)) {
    case 'InvalidSymbol':
      return root !== undefined && root.offset + root.length <= offset
        ? expected('the end of the text')
        : { offset, reason: symbolReason(token) };
    case 'PropertyNameExpected':
      return expected(isEmptyObject(containerAt(root, error)) ? 'a key in quotes or "}"' : 'a key in quotes');
    case 'ValueExpected':
      return expected('a value');
    case 'ColonExpected':
      return expected('":"');
    case 'CommaExpected':
      return expected(containerAt(root, error)?.type === 'array' ? '"," or "]"' : '"," or "}"');
    case 'CloseBraceExpected':
      return expected(isEmptyObject(containerAt(root, error)) ? 'a key in quotes or "}"' : '"," or "}"');
    case 'CloseBracketExpected':
      return expected('"," or "]"');
    case 'EndOfFileExpected':
      return expected('the end of the text');
    case 'InvalidCommentToken':
    case 'UnexpectedEndOfComment':
      return { offset, reason: comment };
    case 'UnexpectedEndOfString':
      return offset + length >= text.length
        ? { offset, reason: 'this string is never closed' }
        : { offset: offset + length, reason: rawCharacter };
    case 'InvalidCharacter':
      return { offset: offset + Math.max(token.search(/[\u0000-\u001f]/), 0), reason: rawCharacter };
    case 'InvalidEscapeCharacter':
    case 'InvalidUnicode':
      return { offset: offset + (escapes.exec(token)?.[0].length ?? 0), reason: 'this escape is not one of JSON' };
    case 'UnexpectedEndOfNumber':
    case 'InvalidNumberFormat':
      return { offset, reason: `${JSON.stringify(token)} is not a complete number` };
    case '<unknown ParseErrorCode>':
      return { offset, reason: 'this is not JSON' };
  }
}

const rawCharacter = 'a string holds a raw control character or line break (a closing quote missing?)';

function symbolReason(token: string): string {
  return `${JSON.stringify(token)} means nothing in JSON: texts need double quotes, and the only words are true, false and null`;
}

/** The object or array that an error lies in, or right behind. */
function containerAt(root: Node | undefined, { offset }: ParseError): Node | undefined {
  if (root === undefined) return undefined;
  let node = findNodeAtOffset(root, offset, true);
  while (node !== undefined && ((node.type !== 'object' && node.type !== 'array') || node.offset >= offset)) {
    node = node.parent;
  }
  return node;
}

function isEmptyObject(node: Node | undefined): boolean {
  return node?.type === 'object' && (node.children ?? []).length === 0;
}
