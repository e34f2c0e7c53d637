import type { RejectReason } from './reject.ts';
import type { StreamFault } from './stream-fault.ts';

/** What one input brings besides frames, and what was left out of it; made anew for each. */
export interface Tally {
  faults: StreamFault[] | undefined;
  droppedNumbers: number;
  rejected: Partial<Record<RejectReason, number>> | undefined;
  /** The first rejection: what a message without any good part is answered with. */
  first: { readonly reason: RejectReason; readonly detail: string; readonly offset: number | undefined } | undefined;
}

/** Counts a rejection. `detail` is asked for only where it is kept; `offset` is the place in the text, in UTF-16 units. */
export function reject(tally: Tally, reason: RejectReason, detail: () => string, offset?: number): void {
  tally.rejected ??= {};
  tally.rejected[reason] = (tally.rejected[reason] ?? 0) + 1;
  tally.first ??= { reason, detail: detail(), offset };
}
