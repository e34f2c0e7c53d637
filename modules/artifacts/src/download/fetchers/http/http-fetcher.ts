import { delay } from '@companion/foundation';
import type { Response } from 'node-fetch';
import { ArtifactError } from '../../../core/artifact-error.ts';
import { downloadFailed } from '../../transfer/download-failure.ts';
import type { Landing } from '../../transfer/landing.ts';
import type { Transfer } from '../../transfer/transfer.ts';
import type { Fetcher, FetchMeans } from '../../transfer/fetcher.ts';
import { createAgents, type AgentFor } from './agents.ts';
import { HttpAnswer, type Outcome } from './http-answer.ts';
import { dispose, request } from './http-request.ts';
import { StallWatch } from './stall-watch.ts';

/** A cut connection is taken up again so many times in a row without having brought much; then the caller's back-off is due. */
const maxFruitless = 3;
const fruitfulBytes = 64 * 1024;
const reconnectPauseMs = 100;

/** A file that changes under our hands more often than this is left for later. */
const maxStartOvers = 2;

/** Downloads over http and https, going on after cuts. */
export class HttpFetcher implements Fetcher {
  readonly #means: FetchMeans;

  constructor(means: FetchMeans) {
    this.#means = means;
  }

  async fetch(transfer: Transfer): Promise<void> {
    const { landing, where, signal, artifact } = transfer;
    const { policy, clock } = this.#means;
    const agentFor = await createAgents(policy.proxy, policy.extraCaFiles);
    let fruitless = 0;
    for (let startOvers = 0; startOvers <= maxStartOvers;) {
      if (isComplete(landing, artifact.sizeBytes)) return;
      const before = landing.receivedBytes;
      try {
        const outcome = await this.#receiveOnce(transfer, agentFor);
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
        await delay(clock, reconnectPauseMs * 2 ** fruitless, signal);
      }
    }
    throw downloadFailed(where, 'KEEPS_CHANGING');
  }

  async #receiveOnce(transfer: Transfer, agentFor: AgentFor): Promise<Outcome> {
    const { landing, where, artifact } = transfer;
    const { clock, credentials, bandwidth, policy } = this.#means;
    const offset = landing.receivedBytes;
    if (offset > 0 && landing.origin === undefined) return 'start over';
    // Read for each request: it may have rotated since the last.
    const credential = artifact.credential === undefined ? undefined : await credentials.read(artifact.credential);
    const attempt = new AbortController();
    const signal = AbortSignal.any([transfer.signal, attempt.signal]);
    const { stallTimeoutMs, privateRedirects } = policy;
    const watch = new StallWatch(clock, stallTimeoutMs, () => {
      attempt.abort(
        new ArtifactError('DOWNLOAD_STALLED', `${where.name}: ${where.url} sent nothing for ${stallTimeoutMs} ms`, {
          retryable: true,
          facts: { stallTimeoutMs, receivedBytes: landing.receivedBytes },
        }),
      );
    });
    let response: Response | undefined;
    try {
      watch.waiting();
      const headers = rangeHeaders(landing);
      response = await request({ where, url: artifact.url, headers, credential, agentFor, privateRedirects, signal });
      watch.heard();
      return await new HttpAnswer({ transfer, response, offset, bandwidth, watch, signal }).take();
    } catch (error) {
      transfer.signal.throwIfAborted();
      attempt.signal.throwIfAborted();
      throw error;
    } finally {
      watch.heard();
      if (response !== undefined) dispose(response);
    }
  }
}

function isComplete({ receivedBytes, origin }: Landing, sizeBytes: number | undefined): boolean {
  return receivedBytes > 0 && receivedBytes === (origin?.totalBytes ?? sizeBytes);
}

/** Only a cut is taken up again here: what a server says with a status is the caller's to wait for. */
function mayGoOn(error: unknown, { receivedBytes, origin }: Landing): boolean {
  if (!(error instanceof ArtifactError) || receivedBytes === 0 || origin === undefined) return false;
  return error.code === 'DOWNLOAD_STALLED' || (error.code === 'DOWNLOAD_FAILED' && error.facts['status'] === undefined);
}

function rangeHeaders({ receivedBytes, origin }: Landing): Readonly<Record<string, string>> {
  if (origin === undefined || receivedBytes === 0) return {};
  const { validator } = origin;
  return {
    range: `bytes=${receivedBytes}-`,
    'if-range': 'etag' in validator ? validator.etag : validator.lastModified,
  };
}
