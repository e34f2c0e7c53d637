import { isDeepStrictEqual } from 'node:util';
import { type JsonObject, mergeTwin } from '@companion/foundation';
import { EdgeError } from '../hub/edge-error.ts';

/** The half of a session that reports need. */
export interface ReportChannel {
  patchReported(patch: JsonObject): Promise<number | undefined>;
  getTwin(): Promise<{ readonly reported: JsonObject }>;
}

/**
 * Reports and makes sure. The SDK resolves for a refused patch too, so the status of the hub's answer decides. A status
 * alone is enough: edgeHub answers 204 once it holds the patch and brings it to the cloud later, so that a GET right
 * after it may still give the cloud's older copy. Only without a status the twin is read and compared.
 * Rejects with REPORT_REJECTED (the hub does not want it) or TWIN_UNAVAILABLE (busy or broken, retryable).
 */
export async function reportVerified(channel: ReportChannel, patch: JsonObject): Promise<void> {
  const status = await channel.patchReported(patch);
  if (status === undefined) {
    const { reported } = await channel.getTwin();
    if (isDeepStrictEqual(mergeTwin(reported, patch), reported)) return;
    throw new EdgeError('REPORT_REJECTED', 'the hub holds other reported properties than were sent');
  }
  if (status < 300) return;
  if (status === 429 || status >= 500) {
    throw new EdgeError('TWIN_UNAVAILABLE', `the hub did not take the report: ${status}`, {
      retryable: true,
      facts: { status },
    });
  }
  throw new EdgeError('REPORT_REJECTED', `the hub refused the report: ${status}`, { facts: { status } });
}
