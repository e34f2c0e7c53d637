/*
 * A kind of zone that the package does not have, as a text: the test of the registry adds it and leaves out one part at a
 * time. It is also what a new kind looks like; each part would be a file of its own.
 */

/** The parts of the kind, by name. */
export const queueParts = {
  twin: `twin: {
    kind: 'queue',
    marker: undefined,
    schema: z.strictObject({ kind: z.literal('queue'), ...watchingFields }),
    parse: (name, value, defaults) => ({ ...watching(name, value as WatchingFields, defaults), kind: 'queue' }),
  },`,
  place: `place: (zone) => [zone.sensor],`,
  exclusive: `exclusive: undefined,`,
  removal: `removal: undefined,`,
  saved: `saved: {
    zone: z.object({ kind: z.literal('queue'), ...savedWatching }),
    state: z.object({ length: z.number() }),
  },`,
  publication: `publication: {
    eventSchema: z.strictObject({ ...envelopeFields, type: z.literal('queue.length'), data: z.strictObject({ sensor: z.string() }) }),
    viewSchema: z.strictObject({ ...viewFields, kind: z.literal('queue'), state: z.literal('known') }),
    eventData: ({ sensor }) => ({ sensor }),
    eventOrdinal: () => [],
    viewTotals: () => ({}),
    deepStreamWords: () => undefined,
  },`,
  documentation: `documentation: { summary: 'A queue.', example: { kind: 'queue', sensor: 'Gate' }, events: { 'queue.length': 'It is so long.' } },`,
  needsTracks: `needsTracks: true,`,
  createGroup: `createGroup: () => ({
    see: () => [],
    quiet: () => [],
    lose: () => [],
    mayBeEmpty: () => true,
    shift: () => undefined,
    views: () => [],
    states: () => [],
  }),`,
};

/** The kind's folder, without the parts that are named. */
export function queueKind(omitted: readonly string[] = []): string {
  const parts = Object.entries(queueParts).flatMap(([name, text]) => (omitted.includes(name) ? [] : [text]));
  return `
import * as z from 'zod';
import type { Happening, View } from '../../model/happening.ts';
import type { Watching } from '../../model/watching.ts';
import { watchingFields, type WatchingFields } from '../common/defaults.ts';
import { envelopeFields, viewFields } from '../common/event-fields.ts';
import { savedWatching } from '../common/saved-fields.ts';
import { watching } from '../common/watching-zone.ts';
import type { WatchingKind } from '../common/zone-kind.ts';

export interface QueueTypes {
  readonly zone: Watching & { readonly kind: 'queue' };
  readonly state: { readonly length: number };
  readonly event: Happening<'known'> & { readonly kind: 'queue'; readonly type: 'queue.length' };
  readonly view: View<'queue', 'known'>;
}

export const queueKind = {
  ${parts.join('\n  ')}
} satisfies WatchingKind<QueueTypes>;
`;
}
