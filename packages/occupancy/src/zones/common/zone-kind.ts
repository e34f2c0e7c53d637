/*
 * What a kind of zone consists of. Each kind is one folder whose index.ts holds all parts; the registry refuses one that
 * lacks any. Nothing outside a kind's folder asks which kind a zone is.
 */
import type { Detection } from '@companion/deepstream/message';
import type { JsonValue } from '@companion/foundation';
import type * as z from 'zod';
import type { Happening, View } from '../../model/happening.ts';
import type { Moment } from '../../model/moment.ts';
import type { Sighting } from '../../model/sighting.ts';
import type { SpotTally } from '../../model/spot-tally.ts';
import type { Track } from '../../model/track.ts';
import type { SilenceRule, Watching } from '../../model/watching.ts';
import type { Defaults } from './defaults.ts';
import type { Publication } from './publication.ts';

/** The types of a kind. States are plain JSON: they lie in checkpoints. */
export interface ZoneTypes {
  readonly zone: { readonly kind: string; readonly name: string; readonly sensor: string | null };
  readonly state: object;
  readonly event: Happening<string> & { readonly kind: string; readonly type: string };
  readonly view: View<string, string>;
}

/** The types of a kind that looks at detections. */
export interface WatchingTypes extends ZoneTypes {
  readonly zone: Watching & { readonly kind: string };
}

/** The parts that every kind has. */
export interface ZoneKindParts<T extends ZoneTypes> {
  readonly twin: TwinPart<T['zone']>;
  /** What the zone looks at: while it is the same, a zone of the same name keeps its state, whatever its delays are. */
  place(zone: T['zone']): readonly JsonValue[];
  /** Whether a zone that looks at another place is the same one, drawn a little differently; missing where none is. */
  isNudged?(before: T['zone'], after: T['zone']): boolean;
  /** What of it may be of one zone only: the field of the twin and its value; undefined where zones may overlap. */
  readonly exclusive: { readonly field: string; value(zone: T['zone']): string } | undefined;
  /** What its removal brings, where that is anything; the events lie in checkpoints until they are sent. */
  readonly removal: Removal<T> | undefined;
  /** How checkpoints hold it. Fields that a newer version may add are left out. */
  readonly saved: { readonly zone: z.ZodType<T['zone']>; readonly state: z.ZodType<T['state']> };
  /** How its events and views leave the module. */
  readonly publication: Publication<T['event'], T['view']>;
  /** For the reference. */
  readonly documentation: ZoneDocumentation<T['event']['type']>;
}

/** What the reference says of a kind. */
export interface ZoneDocumentation<EventType extends string> {
  /** What it is. */
  readonly summary: string;
  /** A zone as the twin has it. */
  readonly example: Readonly<Record<string, unknown>>;
  /** What each of its events says. */
  readonly events: Readonly<Record<EventType, string>>;
}

/** How the twin says it. */
export interface TwinPart<Zone> {
  /** The value of the twin's `kind`. */
  readonly kind: string;
  /** The field that only this one has of all with the same `kind`; undefined for the one that is meant without it. */
  readonly marker: string | undefined;
  readonly schema: z.ZodObject;
  /** Reads a zone; a text says why it can't work, field by field. */
  parse(name: string, value: object, defaults: Defaults): Zone | string;
}

interface Removal<T extends ZoneTypes> {
  events(zone: T['zone'], state: T['state']): readonly T['event'][];
  readonly savedEvent: z.ZodType<T['event']>;
}

/** A kind of zone that looks at the detections of one sensor. */
export interface WatchingKind<T extends WatchingTypes> extends ZoneKindParts<T> {
  /** Whether it must know who is who from frame to frame. */
  readonly needsTracks: boolean;
  createGroup(options: GroupOptions<T>): WatchGroup<T>;
}

/** A kind of zone whose state DeepStream itself reports, whichever sensor it comes from. */
export interface ReportedKind<T extends ZoneTypes> extends ZoneKindParts<T> {
  createGroup(options: GroupOptions<T>): ReportGroup<T>;
}

/** What a group is made of; `stateOf` gives what was remembered of a zone, undefined for a new one. */
export interface GroupOptions<T extends ZoneTypes> {
  readonly zones: readonly T['zone'][];
  readonly stateOf: (zone: T['zone']) => T['state'] | undefined;
  readonly spots: SpotTally;
}

/** A frame in its turn. `tracks` is empty where no zone of the sensor needs them. */
export interface Scene {
  readonly at: Moment;
  readonly sightings: readonly Sighting[];
  readonly tracks: readonly Track[];
  /** The usual time from one frame of the sensor to the next; 0 until it is known. */
  readonly frameMs: number;
}

/** A sensor that is given up. */
export interface Loss {
  /** Zones of these rules go on. */
  readonly spared: readonly SilenceRule[];
  /** It is the camera for sure; otherwise the scene may just be empty. */
  readonly blind: boolean;
}

/** A sensor's silence. */
export interface Silence {
  readonly at: Moment;
  /** The sensor's last frame. */
  readonly from: Moment;
  /** Whether the sensor was given up. */
  readonly lost: boolean;
  /** Whether DeepStream sends for other cameras. */
  readonly othersAlive: boolean;
  /** Whether it can't be an empty scene: the sensor sends empty frames too, or DeepStream has said that it is in trouble. */
  readonly blind: boolean;
}

/** The zones of one kind that look at one sensor, at work. */
export interface WatchGroup<T extends ZoneTypes> {
  see(scene: Scene): readonly T['event'][];
  quiet(silence: Silence): readonly T['event'][];
  /** The sensor was given up: nobody knows any more what is there, but for zones of the spared rules. */
  lose(at: Moment, loss: Loss): readonly T['event'][];
  /** Whether, as far as these zones have seen, the scene may be empty. */
  mayBeEmpty(): boolean;
  /** Moves all remembered times, after the sensor's clock was rebased. */
  shift(byMs: number): void;
  views(): readonly T['view'][];
  /** Names and copies of the states. */
  states(): readonly (readonly [string, T['state']])[];
}

/** The zones of one kind that DeepStream reports, at work. */
export interface ReportGroup<T extends ZoneTypes> {
  /** Takes what a sensor's detections say of them. */
  report(sensor: string, at: Moment, detections: readonly Detection[]): readonly T['event'][];
  /** Whether any of the detections names one of them. */
  spokenOf(detections: readonly Detection[]): boolean;
  views(): readonly T['view'][];
  states(): readonly (readonly [string, T['state']])[];
}
