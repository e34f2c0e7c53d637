import type { Watching } from '../../model/watching.ts';
import type { Defaults, KindDefaults, WatchingFields } from './defaults.ts';

/** What holds for a kind of zones. */
interface KindRules {
  /** What the twin says for it. */
  readonly named?: KindDefaults | undefined;
  /** Where the twin says nothing. */
  readonly enterAfterMs?: number;
}

const usualEnterAfterMs = 2_000;

/** What a zone says for itself, and for the rest what the defaults say: those of its kind, then those of all. */
export function watching(
  name: string,
  zone: WatchingFields,
  defaults: Defaults,
  { named = {}, enterAfterMs = usualEnterAfterMs }: KindRules = {},
): Watching {
  const silence = zone.silence ?? named.silence ?? defaults.silence;
  return {
    name,
    sensor: zone.sensor,
    classes: zone.classes ?? named.classes ?? defaults.classes,
    minConfidence: zone.minConfidence ?? named.minConfidence ?? defaults.minConfidence,
    enterAfterMs: zone.enterAfterMs ?? named.enterAfterMs ?? defaults.enterAfterMs ?? enterAfterMs,
    leaveAfterMs: zone.leaveAfterMs ?? named.leaveAfterMs ?? defaults.leaveAfterMs,
    staleAfterMs: zone.staleAfterMs ?? named.staleAfterMs ?? defaults.staleAfterMs,
    silence: silence ?? 'unknown',
    ...(silence === undefined && { staysEmpty: true }),
  };
}

/** Whether a zone's coordinates are shares of the frame. */
export function isNormalized(zone: Pick<WatchingFields, 'units'>, defaults: Defaults): boolean {
  return (zone.units ?? defaults.units) === 'normalized';
}

/** A zone's coordinates, x and y in turn, in pixels. */
export function inPixels(
  coordinates: readonly number[],
  zone: Pick<WatchingFields, 'units'>,
  defaults: Defaults,
): number[] {
  if (!isNormalized(zone, defaults)) return [...coordinates];
  return coordinates.map((value, i) => value * (i % 2 === 0 ? defaults.frameWidth : defaults.frameHeight));
}
