import { twinPatch } from '@companion/foundation';
import type { DesiredDocument } from '../hub/hub.ts';

/**
 * What a document is beside the newest one. `newer`: to be taken. `known`: the same, or nothing that a hub would say.
 * `back`: not newer and yet another one, given by a fresh connection: to be taken, with a warning. `doubtful`: the same
 * given by a connection that has given a newer one; a fresh one has to say so too.
 */
export type DesiredJudgement = 'newer' | 'known' | 'back' | 'doubtful';

/**
 * Judges a document by its version and content. After a fail-over IoT Hub may go on from an older copy of the twin, with a
 * lower `$version` or the same one again: https://learn.microsoft.com/azure/iot-hub/iot-hub-ha-dr. Its versions begin
 * with 1; 0 is the empty twin that edgeHub gives where it is offline and has none.
 */
export function judgeDesired(
  document: DesiredDocument,
  newest: DesiredDocument | undefined,
  connection: 'fresh' | 'standing',
): DesiredJudgement {
  if (newest === undefined || document.version > newest.version) return 'newer';
  if (document.version < 1) return 'known';
  const same = document.version === newest.version && twinPatch(newest.properties, document.properties) === undefined;
  if (same) return 'known';
  return connection === 'fresh' ? 'back' : 'doubtful';
}
