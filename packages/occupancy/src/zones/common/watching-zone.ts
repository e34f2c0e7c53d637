import type { Watching } from '../../model/watching.ts';
import type { Defaults, WatchingFields } from './defaults.ts';

/** What a zone says for itself, and what the defaults say for the rest. */
export function watching(name: string, zone: WatchingFields, defaults: Defaults): Watching {
  return {
    name,
    sensor: zone.sensor,
    classes: zone.classes ?? defaults.classes,
    minConfidence: zone.minConfidence ?? defaults.minConfidence,
    enterAfterMs: zone.enterAfterMs ?? defaults.enterAfterMs,
    leaveAfterMs: zone.leaveAfterMs ?? defaults.leaveAfterMs,
    staleAfterMs: zone.staleAfterMs ?? defaults.staleAfterMs,
    silence: zone.silence ?? defaults.silence,
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
