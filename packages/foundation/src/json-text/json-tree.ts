import { createScanner, parseTree, type Node, type ParseError, type SyntaxKind } from 'jsonc-parser';

/** How deep arrays and objects may lie in each other: the parser calls itself for each level, and the stack ends some thousands of them later. */
export const maxJsonDepth = 200;

/** A text as a tree whose nodes know their offsets; of a text with mistakes as much as can be told. */
export interface JsonTree {
  readonly root: Node | undefined;
  readonly errors: readonly ParseError[];
}

// The parser's kinds of tokens are a const enum, whose values can't be imported.
/* eslint-disable @typescript-eslint/no-unsafe-enum-assignment -- the type of each checks its value */
const openBrace: SyntaxKind.OpenBraceToken = 1;
const closeBrace: SyntaxKind.CloseBraceToken = 2;
const openBracket: SyntaxKind.OpenBracketToken = 3;
const closeBracket: SyntaxKind.CloseBracketToken = 4;
const endOfFile: SyntaxKind.EOF = 17;
/* eslint-enable @typescript-eslint/no-unsafe-enum-assignment */

/**
 * Where a text is nested deeper than it may be, as an offset; undefined where it is not. A bracket of the wrong kind closes
 * nothing, as the parser goes on behind it, and deeper: of a text with mistakes this may be too many levels, never too few.
 */
export function tooDeepAt(text: string): number | undefined {
  const scanner = createScanner(text, true);
  const closers: SyntaxKind[] = [];
  for (let token = scanner.scan(); token !== endOfFile; token = scanner.scan()) {
    if (token === openBrace) closers.push(closeBrace);
    else if (token === openBracket) closers.push(closeBracket);
    else if (token === closers.at(-1)) closers.pop();
    if (closers.length > maxJsonDepth) return scanner.getTokenOffset();
  }
  return undefined;
}

/** Parses a text that is not too deep, as strictly as JSON is. */
export function parseJsonTree(text: string): JsonTree {
  const errors: ParseError[] = [];
  const root = parseTree(text, errors, { disallowComments: true, allowTrailingComma: false, allowEmptyContent: false });
  return { root, errors };
}

/** Takes away the byte order mark that editors of Windows put before a text; it has no column. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
