import { Readable } from 'node:stream';
import type { Response } from 'node-fetch';
import type { Bandwidth } from '../../transfer/bandwidth.ts';
import { downloadFailed, downloadRefused, networkReason } from '../../transfer/download-failure.ts';
import type { Transfer } from '../../transfer/transfer.ts';
import { contradicts, validatorOf } from '../../transfer/validator.ts';
import { parseContentRange } from './content-range.ts';
import { ReadAhead } from './read-ahead.ts';
import type { StallWatch } from './stall-watch.ts';

/** What came of one answer; `more` wants another request for the rest. */
export type Outcome = 'complete' | 'start over' | 'more';

interface HttpAnswerOptions {
  readonly transfer: Transfer;
  /** A 200, 206 or 416. */
  readonly response: Response;
  /** Bytes that were there when it was asked for. */
  readonly offset: number;
  readonly bandwidth: Bandwidth;
  readonly watch: StallWatch;
  readonly signal: AbortSignal;
}

/** Below this size nothing is written down for a resume: to fetch it again costs less than that. */
const resumableFromBytes = 1024 * 1024;

/** One piece is being written while another comes in; a crash costs both, and may not cost more than a mebibyte. */
const pieceBytes = 256 * 1024;

/** The answer to one request for a file, or for the rest of it. */
export class HttpAnswer {
  readonly #options: HttpAnswerOptions;
  /** Content-Length, where there is one. */
  readonly #lengthBytes: number | undefined;

  constructor(options: HttpAnswerOptions) {
    this.#options = options;
    this.#lengthBytes = contentLength(options.response);
  }

  /** Takes what it brings. Rejects with an `ArtifactError` or the signal's reason. */
  async take(): Promise<Outcome> {
    const { transfer, response, offset } = this.#options;
    switch (response.status) {
      case 416:
        if (offset > 0) return 'start over';
        throw downloadRefused(transfer.where, 'answered 416 to a plain request', { status: 416 });
      case 206:
        return this.#takeRest();
      default:
        return this.#takeWhole();
    }
  }

  async #takeWhole(): Promise<Outcome> {
    const { transfer, response, offset } = this.#options;
    const { landing, where } = transfer;
    const totalBytes = this.#lengthBytes;
    // The server has another file by now, or no ranges: what we have is worth nothing, what it sends is.
    if (offset > 0) await landing.startOver();
    await transfer.announce(totalBytes);
    const validator = validatorOf(response.headers);
    const resumable = validator !== undefined && (totalBytes ?? Infinity) >= resumableFromBytes;
    await landing.describe(resumable ? { url: where.url, validator, totalBytes } : undefined);
    await this.#takeBody(totalBytes);
    return 'complete';
  }

  async #takeRest(): Promise<Outcome> {
    const { transfer, response, offset } = this.#options;
    const { landing, where, artifact } = transfer;
    const { origin } = landing;
    if (offset === 0) throw downloadFailed(where, 'UNASKED_PARTIAL', { status: 206 });
    const range = parseContentRange(response.headers.get('content-range'));
    if (range === undefined || origin === undefined || range.first !== offset) return 'start over';
    const { total = origin.totalBytes } = range;
    const bodyBytes = range.last - range.first + 1;
    if (origin.totalBytes !== undefined && total !== origin.totalBytes) return 'start over';
    if (contradicts(origin.validator, response.headers)) return 'start over';
    if ((this.#lengthBytes ?? bodyBytes) !== bodyBytes) return 'start over';
    await transfer.announce(total);
    await this.#takeBody(bodyBytes);
    const all = total ?? artifact.sizeBytes;
    return all === undefined || landing.receivedBytes >= all ? 'complete' : 'more';
  }

  async #takeBody(bodyBytes: number | undefined): Promise<void> {
    const { transfer, response, bandwidth, watch, signal } = this.#options;
    // An abort goes to a body as an event, which nobody has heard so far.
    signal.throwIfAborted();
    // node-fetch's types know only the interface that browsers share; what it gives is a Readable.
    const body = new ReadAhead((response.body ?? Readable.from([])) as Readable, pieceBytes);
    let got = 0;
    while (got !== bodyBytes) {
      watch.waiting();
      let chunk = await body.next().catch((error: unknown) => {
        throw downloadFailed(transfer.where, networkReason(error));
      });
      watch.heard();
      if (chunk === undefined) break;
      // More than the server announced is not part of the file.
      if (bodyBytes !== undefined && got + chunk.length > bodyBytes) chunk = chunk.subarray(0, bodyBytes - got);
      got += chunk.length;
      await bandwidth.take(chunk.length, signal);
      await transfer.take(chunk);
      signal.throwIfAborted();
    }
    if (bodyBytes !== undefined && got < bodyBytes) {
      throw downloadFailed(transfer.where, 'CUT', { expected: bodyBytes, found: got });
    }
  }
}

function contentLength(response: Response): number | undefined {
  const text = response.headers.get('content-length');
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}
