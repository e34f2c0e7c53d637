import type * as z from 'zod';

/** How the events and views of a kind leave the module. Kinds that look the same from outside share one. */
export interface Publication<Event, View> extends EventPublication<Event> {
  /** A zone in a snapshot. */
  readonly viewSchema: z.ZodObject;
  /** What a view says beside what all views say. */
  viewTotals(view: View): object;
}

/** How one kind of events leaves the module. */
export interface EventPublication<Event> {
  /** The whole CloudEvent. */
  readonly eventSchema: z.ZodObject;
  /** CloudEvents' `data`, in the order of its fields on the wire. */
  eventData(event: Event): object;
  /** What tells apart events of one zone, type and time. */
  eventOrdinal(event: Event): readonly string[];
  /** What DeepStream's full schema says of it; undefined where it has no words for it. */
  deepStreamWords(event: Event): DeepStreamWords | undefined;
}

/** An event in the words of DeepStream's full schema. */
export interface DeepStreamWords {
  readonly eventType: 'parked' | 'empty' | 'entry' | 'exit';
  /** For `place.parkingSpot.id`. */
  readonly parkingSpot?: string;
  /** What the object is called where none was seen. */
  readonly unseenLabel: string;
}
