import type { JsonObject, JsonValue } from '../json/json-value.ts';
import { withoutUndefined } from '../json/without-undefined.ts';

/** What an error knows beside its code (`expected`, `found`, …): plain JSON without secrets. */
export type Facts = Readonly<Record<string, JsonValue | undefined>>;

/** What a coded error takes beside code and message. */
export interface CodedErrorOptions {
  /** True where the same call can succeed later without anybody changing anything. Default: false. */
  readonly retryable?: boolean | undefined;
  readonly facts?: Facts | undefined;
  readonly cause?: unknown;
}

/**
 * A failure with a code to branch on; never match on its message. The message is one line for people: what is wrong, where,
 * what to do; without keys, passwords or queries of URLs. Each package has one subclass with its own codes.
 */
export abstract class CodedError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly retryable: boolean;
  readonly facts: JsonObject;

  constructor(code: Code, message: string, { retryable = false, facts = {}, cause }: CodedErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.retryable = retryable;
    this.facts = withoutUndefined(facts);
  }
}
