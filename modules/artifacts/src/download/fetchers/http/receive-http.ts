import { Readable } from 'node:stream';
import type { Response } from 'node-fetch';
import { ArtifactError } from '../../../core/artifact-error.ts';
import type { Clock } from '../../../core/clock.ts';
import type { Credentials } from '../../../credentials/credentials.ts';
import type { AgentFor } from './agents.ts';
import type { Bandwidth } from '../../transfer/bandwidth.ts';
import { parseContentRange } from './content-range.ts';
import {
  artifactTooLarge,
  downloadFailed,
  downloadRefused,
  networkReason,
  sizeMismatch,
  type Where,
} from '../../transfer/download-failure.ts';
import { dispose, request } from './http-request.ts';
import type { Landing } from '../../transfer/landing.ts';
import { createReadAhead } from './read-ahead.ts';
import { createStallWatch, type StallWatch } from './stall-watch.ts';
import { contradicts, validatorOf } from '../../transfer/validator.ts';

/** What a transfer needs, whatever comes of it. */
export interface ReceiveOptions {
  readonly where: Where;
  readonly url: string;
  readonly credential: string | undefined;
  readonly credentials: Credentials;
  /** As the twin says; undefined where it does not. */
  readonly sizeBytes: number | undefined;
  readonly maxBytes: number;
  readonly stallTimeoutMs: number;
  readonly landing: Landing;
  readonly agentFor: AgentFor;
  readonly bandwidth: Bandwidth;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Called as soon as the size is known, and again when the first bytes say what it is. Rejects where there is no room. */
  readonly onTotal: (totalBytes: number | undefined) => Promise<void>;
  readonly onBytes: (totalBytes: number | undefined) => void;
}

/** A cut connection is taken up again so many times in a row without having brought much; then the caller's back-off is due. */
const maxFruitless = 3;
const fruitfulBytes = 64 * 1024;
const reconnectPauseMs = 100;
/** A file that changes under our hands more often than this is left for later. */
const maxStartOvers = 2;
/** Below this size nothing is written down for a resume: to fetch it again costs less than that. */
const resumableFromBytes = 1024 * 1024;
/** One piece is being written while another comes in; a crash costs both, and may not cost more than a mebibyte. */
const pieceBytes = 256 * 1024;

/** Brings the whole file to the landing, going on after cuts, or rejects with an `ArtifactError` or the signal's reason. */
export async function receiveHttp(options: ReceiveOptions): Promise<void> {
  const { landing, where, clock, signal, sizeBytes } = options;
  let fruitless = 0;
  for (let startOvers = 0; startOvers <= maxStartOvers;) {
    if (isComplete(landing, sizeBytes)) return;
    const before = landing.receivedBytes;
    try {
      const outcome = await receiveOnce(options);
      if (outcome === 'complete') return;
      if (outcome === 'start over') {
        await landing.startOver();
        startOvers++;
      } else if (landing.receivedBytes - before < fruitfulBytes && ++fruitless > maxFruitless) {
        throw downloadFailed(where, 'SHORT_RANGES');
      }
    } catch (error) {
      signal.throwIfAborted();
      if (!mayGoOn(error, landing)) throw error;
      fruitless = landing.receivedBytes - before >= fruitfulBytes ? 0 : fruitless + 1;
      if (fruitless > maxFruitless) throw error;
      await clock.delay(reconnectPauseMs * 2 ** fruitless, signal);
    }
  }
  throw downloadFailed(where, 'KEEPS_CHANGING');
}

function isComplete(landing: Landing, sizeBytes: number | undefined): boolean {
  return landing.receivedBytes > 0 && landing.receivedBytes === (landing.origin?.totalBytes ?? sizeBytes);
}

/** Only a cut is taken up again here: what a server says with a status is the caller's to wait for. */
function mayGoOn(error: unknown, { receivedBytes, origin }: Landing): boolean {
  if (!(error instanceof ArtifactError) || receivedBytes === 0 || origin === undefined) return false;
  return error.code === 'DOWNLOAD_STALLED' || (error.code === 'DOWNLOAD_FAILED' && error.facts['status'] === undefined);
}

type Outcome = 'complete' | 'start over' | 'more';

async function receiveOnce(options: ReceiveOptions): Promise<Outcome> {
  const { landing, where, credential, credentials, clock, stallTimeoutMs } = options;
  const { origin } = landing;
  const offset = landing.receivedBytes;
  if (offset > 0 && origin === undefined) return 'start over';
  const range =
    origin === undefined || offset === 0
      ? {}
      : {
          range: `bytes=${offset}-`,
          'if-range': 'etag' in origin.validator ? origin.validator.etag : origin.validator.lastModified,
        };
  // Read for each request: it may have rotated since the last.
  const secret = credential === undefined ? undefined : await credentials.read(credential);
  const attempt = new AbortController();
  const signal = AbortSignal.any([options.signal, attempt.signal]);
  const watch = createStallWatch(clock, stallTimeoutMs, () => {
    attempt.abort(
      new ArtifactError('DOWNLOAD_STALLED', `${where.name}: ${where.url} sent nothing for ${stallTimeoutMs} ms`, {
        retryable: true,
        facts: { stallTimeoutMs, receivedBytes: landing.receivedBytes },
      }),
    );
  });
  let response: Response | undefined;
  try {
    response = await request({ ...options, headers: range, credential: secret, signal });
    watch.heard();
    return await takeAnswer(options, response, offset, watch);
  } catch (error) {
    options.signal.throwIfAborted();
    attempt.signal.throwIfAborted();
    throw error;
  } finally {
    watch.stop();
    if (response !== undefined) dispose(response);
  }
}

async function takeAnswer(
  options: ReceiveOptions,
  response: Response,
  offset: number,
  watch: StallWatch,
): Promise<Outcome> {
  const { where, landing, sizeBytes, maxBytes } = options;
  const length = contentLength(response);
  let bodyBytes = length;
  let totalBytes = length;
  switch (response.status) {
    case 416:
      if (offset === 0) throw downloadRefused(where, 'answered 416 to a plain request', { status: 416 });
      return 'start over';
    case 206: {
      const range = parseContentRange(response.headers.get('content-range'));
      const { origin } = landing;
      if (offset === 0) throw downloadFailed(where, 'UNASKED_PARTIAL', { status: 206 });
      if (range === undefined || origin === undefined || range.first !== offset) return 'start over';
      if (range.total !== undefined && origin.totalBytes !== undefined && range.total !== origin.totalBytes)
        return 'start over';
      bodyBytes = range.last - range.first + 1;
      if (contradicts(origin.validator, response.headers) || (length ?? bodyBytes) !== bodyBytes) return 'start over';
      totalBytes = range.total ?? origin.totalBytes;
      break;
    }
    default:
      // The server has another file by now, or no ranges: what we have is worth nothing, what it sends is.
      if (offset > 0) await landing.startOver();
  }
  if (sizeBytes !== undefined && totalBytes !== undefined && totalBytes !== sizeBytes) {
    throw sizeMismatch(where, sizeBytes, totalBytes);
  }
  if ((totalBytes ?? 0) > maxBytes) throw artifactTooLarge(where, maxBytes, totalBytes ?? 0);
  if (response.status === 200) {
    const validator = validatorOf(response.headers);
    const resumable = validator !== undefined && (totalBytes ?? Infinity) >= resumableFromBytes;
    await landing.describe(resumable ? { url: where.url, validator, totalBytes } : undefined);
  }
  await options.onTotal(totalBytes);
  await takeBody(options, response, { bodyBytes, totalBytes }, watch);
  const all = totalBytes ?? sizeBytes;
  return all === undefined || landing.receivedBytes >= all || response.status === 200 ? 'complete' : 'more';
}

async function takeBody(
  options: ReceiveOptions,
  response: Response,
  { bodyBytes, totalBytes }: { bodyBytes: number | undefined; totalBytes: number | undefined },
  watch: StallWatch,
): Promise<void> {
  const { where, landing, sizeBytes, maxBytes, bandwidth, signal } = options;
  // An abort goes to a body as an event, which nobody has heard so far.
  signal.throwIfAborted();
  // node-fetch's types know only the interface that browsers share; what it gives is a Readable.
  const body = createReadAhead((response.body ?? Readable.from([])) as Readable, pieceBytes);
  const limit = Math.min(sizeBytes ?? Infinity, maxBytes);
  let got = 0;
  for (let knownKind = landing.kind; ;) {
    watch.waiting();
    let chunk = await body.next().catch((error: unknown) => {
      throw downloadFailed(where, networkReason(error));
    });
    watch.heard();
    if (chunk === undefined) break;
    // More than the server announced is not part of the file.
    if (bodyBytes !== undefined && got + chunk.length > bodyBytes) chunk = chunk.subarray(0, bodyBytes - got);
    got += chunk.length;
    const after = landing.receivedBytes + chunk.length;
    if (after > limit) {
      throw sizeBytes !== undefined && after > sizeBytes
        ? sizeMismatch(where, sizeBytes, after)
        : artifactTooLarge(where, maxBytes, after);
    }
    await bandwidth.take(chunk.length, signal);
    await landing.write(chunk);
    if (landing.kind !== knownKind) {
      knownKind = landing.kind;
      await options.onTotal(totalBytes);
    }
    options.onBytes(totalBytes);
    signal.throwIfAborted();
    if (got === bodyBytes) break;
  }
  if (bodyBytes !== undefined && got < bodyBytes)
    throw downloadFailed(where, 'CUT', { expected: bodyBytes, found: got });
}

function contentLength(response: Response): number | undefined {
  const text = response.headers.get('content-length');
  return text !== null && /^\d+$/.test(text) ? Number(text) : undefined;
}
