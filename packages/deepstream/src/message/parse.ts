import { jsonExcess, wellFormed } from '@companion/foundation';
import { decodeUtf8 } from '../text/text-codec.ts';
import { ds3dDetail, isDs3d, isPointCloud, startsAsDs3d } from './ds3d.ts';
import type { Frame } from './frame.ts';
import { isFull, readFull } from './full.ts';
import { scanJson, skipSpace } from './json-scan.ts';
import type { Repair } from './json-scan.ts';
import { messageLimits } from './message-limits.ts';
import { isMinimal, readMinimal } from './minimal.ts';
import { unwrapMqtt } from './mqtt-wrapper.ts';
import { isProtobuf, readProtobuf } from './protobuf.ts';
import type { RejectCounts, RejectReason } from './reject.ts';
import { isFault, readFault, readUnescapedFault, type StreamFault } from './stream-fault.ts';
import { reject } from './tally.ts';
import type { Tally } from './tally.ts';
import { mayHoldHalves, wellFormedFrame } from './well-formed-frame.ts';

/** What a message brought: frames or faults of streams, or the reason why there are none. */
export type ParsedMessage = ReadMessage | UnreadMessage;

/** At least one frame or fault could be read. */
export interface ReadMessage {
  readonly ok: true;
  readonly frames: readonly Frame[];
  /** What DeepStream says itself of streams in trouble; absent as a rule. */
  readonly faults?: readonly StreamFault[];
  /** Numbers that were NaN, infinite or out of range; what they belonged to is null in the frames. */
  readonly droppedNumbers: number;
  /** Parts of the input that could not be read; empty as a rule. */
  readonly rejected: RejectCounts;
}

/** Neither a frame nor a fault could be read. */
export interface UnreadMessage {
  readonly ok: false;
  /** Of the first part that was rejected. */
  readonly reason: RejectReason;
  /** One line for people. */
  readonly detail: string;
  /** Where in the text it went wrong, in UTF-16 units from 0, where there is such a place. */
  readonly offset?: number;
}

/** `none`: for a file of many messages, which a person has chosen. */
type Limits = 'message' | 'none';

/** How a message is read. */
export interface ParseOptions {
  /** Of bytes; default `message`. */
  readonly limits?: Limits;
}

/** A message converter that doubles its encoding does it once, perhaps twice: Redis puts the payload into `metadata`. */
const maxWrappings = 3;

/** Less than this is read in no time and with no stack, whatever is in it, and most messages are less. */
const harmlessLength = 16 * 1024;

const nothingRejected: RejectCounts = Object.freeze({});

/**
 * Reads one message of DeepStream 4.0 to 9.1 in the full or the minimal schema: a JSON object, pretty-printed or not, an
 * array of them, several separated by white space (JSON lines), and each of them wrapped in a JSON string or in Redis'
 * `{"metadata": "…"}`. From bytes also one protobuf nv.Frame, and what the MQTT adapter wraps; bytes beyond `messageLimits`
 * are not read. Every text of a frame is well-formed, whatever came. Never throws; linear time.
 */
export function parseMessage(input: string | Uint8Array, { limits = 'message' }: ParseOptions = {}): ParsedMessage {
  const tally: Tally = { faults: undefined, droppedNumbers: 0, rejected: undefined, first: undefined };
  const frames = read(input, tally, limits);
  const { faults, droppedNumbers, rejected = nothingRejected } = tally;
  if (faults !== undefined) return { ok: true, frames, faults, droppedNumbers, rejected };
  if (frames.length > 0) return { ok: true, frames, droppedNumbers, rejected };
  const { reason, detail, offset } = tally.first ?? { reason: 'empty', detail: 'no message in it', offset: undefined };
  const why = { reason, detail: wellFormed(detail) };
  return offset === undefined ? { ok: false, ...why } : { ok: false, ...why, offset };
}

/** Limits are for bytes, which are messages; a text may be a whole recording. */
function read(input: string | Uint8Array, tally: Tally, limits: Limits): readonly Frame[] {
  if (typeof input !== 'string') {
    if (limits === 'message' && input.byteLength > messageLimits.bytes) {
      reject(tally, 'too-large', () => `${input.byteLength} bytes, more than ${messageLimits.bytes}`);
      return [];
    }
    return readBytes(input, { wrappings: 0, limits }, tally);
  }
  return readAll(input, tally);
}

interface BytesContext {
  readonly wrappings: number;
  readonly limits: Limits;
}

function readBytes(bytes: Uint8Array, { wrappings, limits }: BytesContext, tally: Tally): readonly Frame[] {
  if (isProtobuf(bytes)) {
    const frame = readProtobuf(bytes, tally);
    return frame === undefined ? [] : [frame];
  }
  const wrapped = wrappings < maxWrappings ? unwrapMqtt(bytes) : undefined;
  if (wrapped === 'truncated') {
    reject(tally, 'truncated', () => 'the MQTT adapter’s protobuf message ends before its payload does', bytes.length);
    return [];
  }
  if (wrapped !== undefined) return readBytes(wrapped, { wrappings: wrappings + 1, limits }, tally);
  if (isPointCloud(bytes)) {
    reject(tally, 'ds3d', () => ds3dDetail);
    return [];
  }
  const text = decodeUtf8(bytes);
  return limits === 'message' && isExcessive(text, tally) ? [] : readAll(text, tally);
}

function readAll(text: string, tally: Tally): readonly Frame[] {
  const frames: Frame[] = [];
  readText(text, 0, frames, tally);
  return mayHoldHalves(text) ? frames.map(wellFormedFrame) : frames;
}

/** Counts a text that nests too deep or holds too much, in words; whether it is one. */
function isExcessive(text: string, tally: Tally): boolean {
  if (text.length < harmlessLength) return false;
  const excess = jsonExcess(text, messageLimits);
  if (excess === undefined) return false;
  const { depth, values } = messageLimits;
  const detail = excess === 'too-deep' ? `nests deeper than ${depth} levels` : `more than ${values} values`;
  reject(tally, excess, () => detail);
  return true;
}

function readText(text: string, wrappings: number, frames: Frame[], tally: Tally): void {
  // An exception costs microseconds: an array of thousands of tiny strings must not throw thousands of them.
  if (wrappings > 0 && text.length < 64) {
    readParts(text, wrappings, frames, tally);
    return;
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    readParts(text, wrappings, frames, tally);
    return;
  }
  readValue(value, wrappings, frames, tally);
}

function readValue(value: unknown, wrappings: number, frames: Frame[], tally: Tally): void {
  if (!Array.isArray(value)) {
    readOne(value, wrappings, frames, tally);
    return;
  }
  for (const element of value as unknown[]) {
    if (Array.isArray(element)) reject(tally, 'unknown-schema', () => 'an array inside an array');
    else readOne(element, wrappings, frames, tally);
  }
}

function readOne(value: unknown, wrappings: number, frames: Frame[], tally: Tally): void {
  if (typeof value === 'object' && value !== null) {
    if (isMinimal(value)) {
      const frame = readMinimal(value, tally);
      if (frame !== undefined) frames.push(frame);
      return;
    }
    if (isFull(value)) {
      frames.push(readFull(value, tally));
      return;
    }
    if (isFault(value)) {
      (tally.faults ??= []).push(readFault(value));
      return;
    }
    if (isDs3d(value)) {
      reject(tally, 'ds3d', () => ds3dDetail);
      return;
    }
  }
  const wrapped = typeof value === 'string' ? value : wrappedText(value);
  if (wrapped === undefined)
    reject(tally, 'unknown-schema', () => `JSON, but no message of DeepStream's: ${describe(value)}`);
  else if (wrappings === maxWrappings)
    reject(tally, 'unknown-schema', () => `JSON in JSON strings, ${maxWrappings} deep`);
  else readWrapped(wrapped, wrappings + 1, frames, tally);
}

function readWrapped(text: string, wrappings: number, frames: Frame[], tally: Tally): void {
  const known = tally.first;
  readText(text, wrappings, frames, tally);
  // A place in the inner text is none in the input.
  if (known === undefined && tally.first !== undefined) tally.first = { ...tally.first, offset: undefined };
}

/** The payload in the one field that the Redis adapter writes. */
function wrappedText(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('metadata' in value)) return undefined;
  return typeof value.metadata === 'string' ? value.metadata : undefined;
}

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : `a ${typeof value}`;
  const names = Object.keys(value);
  const more = names.length > 6 ? ', …' : '';
  return `an object with ${
    names.length === 0
      ? 'no members'
      : names
          .slice(0, 6)
          .map((name) => name.slice(0, 40))
          .join(', ') + more
  }`;
}

/** Reads a text that is not one JSON value: value by value, going on in the next line where one is wrong. */
function readParts(text: string, wrappings: number, frames: Frame[], tally: Tally): void {
  const end = contentEnd(text);
  let at = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  if (isForeignPayload(text, end, tally)) return;
  const fault = readUnescapedFault(text);
  if (fault !== undefined) {
    (tally.faults ??= []).push(fault);
    return;
  }
  const content = end === text.length ? text : text.slice(0, end);
  for (at = skipSpace(content, at); at < end; at = skipSpace(content, at)) {
    const scan = scanJson(content, at);
    if (scan.kind === 'truncated') {
      reject(tally, 'truncated', () => 'the text ends before the JSON is complete', end);
      return;
    }
    if (scan.kind === 'invalid') at = rejectLine(content, at, scan.at, tally);
    else if (scan.end < end && !isSpaceAt(content, scan.end)) at = rejectGlued(content, at, scan.end, tally);
    else {
      readValue(parseRepaired(content, at, scan.end, scan.repairs), wrappings, frames, tally);
      at = scan.end;
    }
  }
}

/** The end of a text without the white space and the C string's NUL at its end. */
function contentEnd(text: string): number {
  let end = text.length;
  while (end > 0 && (text.charCodeAt(end - 1) === 0 || isSpaceAt(text, end - 1))) end -= 1;
  return end;
}

function isSpaceAt(text: string, at: number) {
  return skipSpace(text.slice(at, at + 1), 0) === 1;
}

/** Payloads that are no JSON at all and known all the same. */
function isForeignPayload(text: string, end: number, tally: Tally): boolean {
  if (end === 13 && text.startsWith('CUSTOM Schema')) {
    reject(tally, 'custom-schema', () => 'the stock converter has no custom schema (msg-conv-payload-type=257)');
    return true;
  }
  if (startsAsDs3d(text)) {
    reject(tally, 'ds3d', () => ds3dDetail);
    return true;
  }
  // nv.Frame's first field is the version: tag 1, length-delimited, three bytes. Floats don't survive as text.
  if (text.startsWith('\n\u00034.0')) {
    reject(tally, 'protobuf', () => 'a protobuf message (msg-conv-payload-type=2) as text; it is read from bytes only');
    return true;
  }
  return false;
}

function parseRepaired(text: string, start: number, end: number, repairs: readonly Repair[]): unknown {
  const pieces: string[] = [];
  let from = start;
  for (const repair of repairs) {
    pieces.push(text.slice(from, repair.start), repair.text);
    from = repair.end;
  }
  pieces.push(text.slice(from, end));
  return JSON.parse(pieces.join(''));
}

/**
 * Rejects what starts at `at` and goes wrong at `wrong`. Returns where to go on: at the line in which it went wrong, if
 * that is a later one (a cut-off message, with a whole one below it), otherwise at the line after.
 */
function rejectLine(text: string, at: number, wrong: number, tally: Tally): number {
  const lineStart = text.lastIndexOf('\n', wrong - 1) + 1;
  if (wrong === at) {
    const resumed = rejectLogLine(text, at, tally);
    if (resumed !== undefined) return resumed;
  }
  reject(tally, 'not-json', () => `no JSON: unexpected ${describeCharacter(text, wrong)}`, wrong);
  if (lineStart > at) return lineStart;
  return lineAfter(text, wrong);
}

/** Adapters print what they send behind words of their own: JSON that starts later in the line is named, not read. */
function rejectLogLine(text: string, at: number, tally: Tally): number | undefined {
  const newline = text.indexOf('\n', at);
  const line = text.slice(at, newline < 0 ? text.length : newline);
  const brace = line.indexOf('{');
  if (brace < 0) return undefined;
  const scan = scanJson(text, at + brace);
  const prefix = () => JSON.stringify(line.slice(0, Math.min(brace, 40)));
  if (scan.kind === 'complete') {
    reject(tally, 'log-line', () => `${prefix()} stands before the JSON`, at);
    return lineAfter(text, scan.end);
  }
  if (scan.kind === 'invalid') return undefined;
  reject(tally, 'truncated', () => `${prefix()} stands before JSON that ends before it is complete`, text.length);
  return text.length;
}

/** Rejects a value at `at` that something else follows without a space at `end`; returns where to go on. */
function rejectGlued(text: string, at: number, end: number, tally: Tally): number {
  if (!'{["'.includes(text.charAt(end)) || !'}]"'.includes(text.charAt(end - 1))) {
    return rejectLine(text, at, end, tally);
  }
  let next = end;
  for (;;) {
    const scan = scanJson(text, next);
    if (scan.kind !== 'complete') break;
    next = scan.end;
    if (next >= text.length || isSpaceAt(text, next)) break;
  }
  reject(tally, 'concatenated', () => 'several JSON values with nothing between them', end);
  return next > end ? next : lineAfter(text, end);
}

/** Where the line after the one at `at` starts. */
function lineAfter(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  return newline < 0 ? text.length : newline + 1;
}

function describeCharacter(text: string, at: number): string {
  const code = text.codePointAt(at);
  if (code === undefined) return 'end';
  return code === 39 ? "' (a Python dictionary?)" : JSON.stringify(String.fromCodePoint(code));
}
