import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, visit } from 'yaml';
import type { Document, EmptyStream, ParsedNode } from 'yaml';
import { asTheYamlLibraryTakesIt } from './dialect.ts';
import { splitLines } from './text-line.ts';
import type { YamlConfigErrorCode } from './yaml-config-error-code.ts';

/** What is wrong with a text, with the offset where. */
export interface DocumentFault {
  readonly code: YamlConfigErrorCode;
  readonly at: number;
  readonly reason: string;
}

/** A YAML document with every scalar a string, as yaml-cpp, DeepStream's parser, hands them out before converting. */
export interface YamlDocument {
  readonly contents: ParsedNode | null;
  /** Where the next document begins; undefined where no further one has anything in it. */
  readonly nextAt: number | undefined;
}

/** The first document of a text, or what stops it from being read. */
export type ReadDocument =
  (YamlDocument & { readonly ok: true }) | { readonly ok: false; readonly fault: DocumentFault };

/**
 * Real configs are below 20 KiB, three levels deep, with lines below 20 KiB. The parser takes seconds for a large text of
 * brackets or quotes, and with very long lines a regular expression of its own can end the process, so the bounds are near.
 */
const maxChars = 128 * 1024;
const maxLineChars = 32 * 1024;
const maxDepth = 256;

function fault(code: YamlConfigErrorCode, at: number, reason: string): ReadDocument {
  return {
    ok: false,
    fault: { code, at, reason },
  };
}

/**
 * Parses the first document, the only one that yaml-cpp's LoadFile reads; offsets in it are offsets in `text`. Duplicate
 * keys are left in. Aliases are refused, so nothing is ever multiplied. Never throws.
 */
export function readDocument(text: string): ReadDocument {
  if (text.length > maxChars) return fault('too-large', 0, `more than ${maxChars} characters`);
  const long = splitLines(text).find((line) => line.text.length > maxLineChars);
  if (long !== undefined) return fault('too-large', long.start, `a line of more than ${maxLineChars} characters`);
  const deep = tooDeep(text);
  if (deep !== undefined) return fault('too-deep', deep, `nested deeper than ${maxDepth} levels`);
  let documents: readonly Document.Parsed[] | EmptyStream;
  try {
    documents = parseAllDocuments(asTheYamlLibraryTakesIt(text), {
      schema: 'failsafe',
      uniqueKeys: false,
      prettyErrors: false,
    });
  } catch (error) {
    return fault('invalid-yaml', 0, error instanceof Error ? error.message : String(error));
  }
  const [doc, ...further] = 'empty' in documents ? [] : documents;
  if (doc === undefined) return { ok: true, contents: null, nextAt: undefined };
  const [error] = doc.errors;
  if (error !== undefined) {
    return fault(errorCode(error.code), error.pos[0], error.message);
  }
  let alias: number | undefined;
  visit(doc, {
    Alias: (_, node) => {
      alias = node.range?.[0] ?? 0;
      return visit.BREAK;
    },
  });
  if (alias !== undefined) return fault('alias', alias, 'aliases (*name) are not read');
  // What lies between the two is the end of the first, a comment or the mark of the next.
  const some = further.some(({ contents, errors }) => contents !== null || errors.length > 0);
  const nextAt = some ? doc.range[2] : undefined;
  return { ok: true, contents: doc.contents, nextAt };
}

function errorCode(code: string): YamlConfigErrorCode {
  return code === 'RESOURCE_EXHAUSTION' ? 'too-deep' : 'invalid-yaml';
}

/**
 * Each `- ` and `? ` of a line opens a level. The parser bounds its own depth, but a line of thousands of them ends the
 * process first: it compiles a regular expression as long as the column.
 */
function tooDeep(text: string): number | undefined {
  const flow = flowTooDeep(text);
  if (flow !== undefined) return flow;
  const levels = /[-?][ \t]/g;
  for (const { text: line, start } of splitLines(text)) {
    if (line.length <= 2 * maxDepth || /^[ \t]*#/.test(line)) continue;
    if ((line.match(levels)?.length ?? 0) > maxDepth) return start;
  }
  return undefined;
}

/** Brackets that stay open over lines end the process in the same way. Quoted ones count too: no config has that many. */
function flowTooDeep(text: string): number | undefined {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '[' || character === '{') depth++;
    else if ((character === ']' || character === '}') && depth > 0) depth--;
    if (depth > maxDepth) return at;
  }
  return undefined;
}

/** The value of a node as text: scalars as they read, sequences of scalars joined by `;`; undefined for anything deeper. */
export function nodeText(node: ParsedNode | null, text: string): string | undefined {
  if (node === null) return '';
  if (isScalar(node)) return typeof node.value === 'string' ? node.value : '';
  if (isAlias(node)) return undefined;
  const [start, end] = node.range;
  const source = text.slice(start, end);
  if (node.flow === true) return source.includes('\n') ? undefined : source;
  return nodeItems(node)?.join(';');
}

/** The items of a sequence of scalars. */
export function nodeItems(node: ParsedNode | null): readonly string[] | undefined {
  if (!isSeq(node)) return undefined;
  const items = node.items.map((item) => (isScalar(item) && typeof item.value === 'string' ? item.value : undefined));
  return items.every((item) => item !== undefined) ? items : undefined;
}

/** The offset behind a node's last character, without the comments and line breaks that the parser counts to a collection. */
export function endOffset(node: ParsedNode): number {
  if (isMap(node) && node.flow !== true) {
    const last = node.items.at(-1);
    if (last !== undefined) return endOffset(last.value ?? last.key);
  }
  if (isSeq(node) && node.flow !== true) {
    const last = node.items.at(-1);
    if (last !== undefined) return endOffset(last);
  }
  return node.range[1];
}
